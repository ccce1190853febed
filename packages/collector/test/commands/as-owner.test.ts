import { chownSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { createCollectorProcess } from '../support/process.ts';

/** Debian's nobody; any user but root does. */
const service = 65_534;

it.skipIf(process.getuid?.() !== 0)(
  'leaves nothing of root’s in the folder of a service while that is stopped',
  async () => {
    const collector = createCollectorProcess();
    const dataDir = dirname(collector.admin);
    mkdirSync(dataDir);
    for (const folder of [dirname(dataDir), dataDir]) chownSync(folder, service, service);
    await collector.run('ledger');
    const made = [join(dataDir, 'spool'), join(dataDir, 'spool/data.mdb'), join(dataDir, 'spool/seal')];
    expect(made.map((path) => statSync(path).uid)).toEqual(made.map(() => service));
    // It goes by the spool that is there: one that root has made stays root's.
    chownSync(join(dataDir, 'spool'), 0, 0);
    expect(await collector.run('verify')).toContain('whole');
  },
);
