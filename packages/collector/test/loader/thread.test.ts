import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config-file.ts';
import type { SettleFailure } from '../../src/loader/settler.ts';
import { createLoaderThread } from '../../src/loader/thread.ts';
import { temporaryFolder, testSources } from '../support/collector.ts';

/** In the place of the loader: says that the index takes nothing in, and dies when it is woken. */
const program = `
  import { parentPort } from 'node:worker_threads';
  const spoolTrouble = { code: 'spool_full', since: 7, refuses: false };
  parentPort.on('message', ({ type }) => {
    if (type === 'stop') parentPort.close();
    if (type === 'wake') throw new TypeError('of no use');
  });
  parentPort.postMessage({ type: 'ready' });
  parentPort.postMessage({ type: 'troubles', troubles: new Map([['duckdb', null]]), spoolTrouble });
  parentPort.postMessage({ type: 'settle failed', failure: { code: 'spool_full', message: 'no space' } });
`;

it('tells what the thread does of the index, and that nothing is loaded once it has died', async () => {
  const folder = temporaryFolder();
  const script = join(folder, 'thread.mjs');
  writeFileSync(script, program);
  const config = parseConfig({ sources: testSources }, folder);
  mkdirSync(join(config.dataDir, 'spool'), { recursive: true });
  writeFileSync(join(config.dataDir, 'spool', 'data.mdb'), '');
  const failures: SettleFailure[] = [];
  const loader = await createLoaderThread({
    config,
    script,
    follows: new SharedArrayBuffer(8),
    onTrouble: () => undefined,
    onSettleFailure: (failure) => void failures.push(failure),
  });
  onTestFinished(() => loader.stop(0));
  await expect.poll(loader.spoolTrouble).toEqual({ code: 'spool_full', since: 7, refuses: false });
  await expect.poll(() => failures).toEqual([{ code: 'spool_full', message: 'no space' }]);
  expect(loader.troubles().get('duckdb')).toBeNull();
  loader.wake();
  await expect
    .poll(() => loader.troubles().get('duckdb'))
    .toMatchObject({ kind: 'temporary', message: "the loader's thread died: TypeError" });
  // The next one is there.
  await expect.poll(() => loader.troubles().get('duckdb'), { timeout: 5000 }).toBeNull();
});
