import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { temporaryFolder } from '../support/collector.ts';

const analyze = needsServer('systemd');
const read = (name: string): string =>
  readFileSync(new URL(`../../../../docs/operations/${name}`, import.meta.url), 'utf8');

/** What systemd says against the two units; nothing if it would take them. */
const faultsOf = async (service: string, socket: string): Promise<string> => {
  const folder = temporaryFolder();
  const files = [join(folder, 'nitka.service'), join(folder, 'nitka.socket')] as const;
  // The program has to be there.
  writeFileSync(files[0], service.replace('/usr/bin/nitka-collector', process.execPath));
  writeFileSync(files[1], socket);
  const { stderr } = await promisify(execFile)(analyze.url, ['verify', ...files]).catch(
    (error: { stderr: string }) => error,
  );
  return stderr;
};

describe.skipIf(analyze.missing)(title('the documented units of systemd', analyze), () => {
  it('are taken by systemd, which knows each of their settings', async () => {
    expect(await faultsOf(read('nitka.service'), read('nitka.socket'))).toBe('');
  });

  it('would not be with a setting that is misspelt', async () => {
    const wrong = read('nitka.service').replace('TimeoutStopSec', 'TimeoutStopSecs');
    expect(await faultsOf(wrong, read('nitka.socket'))).toContain('TimeoutStopSecs');
    expect(
      await faultsOf(read('nitka.service'), read('nitka.socket').replace('Backlog', 'Backlogs')),
    ).toContain('Backlogs');
  });
});
