import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSpool } from '../../src/spool/spool.ts';
import { chunk, eventsInChunk } from './full-disk.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nitka-full-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it.each(['at once', 'elsewhere'])(
  'says spool_full when the disk is, lives on, and keeps all that it accepted (settled %s)',
  async (settling) => {
    const program = fileURLToPath(new URL('full-disk-process.ts', import.meta.url));
    // 8,192 blocks of 1 KiB: writes beyond fail as they do on a full disk. The signal for it must not end the process.
    const command = `trap '' XFSZ; ulimit -f 8192; exec "$0" --import tsx "$1" "$2" "$3"`;
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      command,
      process.execPath,
      program,
      folder,
      settling,
    ]);
    const { kept, refused, codes, unhandled } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
      kept: number[];
      refused: number[];
      codes: string[];
      unhandled: number;
    };
    expect(kept.length).toBeGreaterThan(5);
    expect(codes).toEqual(['spool_full', 'spool_full', 'spool_full']);
    expect(unhandled).toBe(0);

    const spool = openSpool({ folder });
    const found = spool
      .read(0, Number.MAX_SAFE_INTEGER)
      .reduce((sum, { chunk: stored }) => sum + stored.entries.length, 0);
    expect(found).toBe(kept.length * eventsInChunk);
    // What was refused was not remembered as seen: with room again it is new.
    for (const n of refused) expect(await spool.append(chunk(n))).toEqual({ duplicates: 0 });
    for (const n of kept) expect(await spool.append(chunk(n))).toEqual({ duplicates: eventsInChunk });
    await spool.close();
  },
);

it('starts on a full disk with what no index had yet', async () => {
  const program = fileURLToPath(new URL('full-disk-start-process.ts', import.meta.url));
  const args = (...more: string[]): string[] => ['--import', 'tsx', program, folder, ...more];
  await promisify(execFile)(process.execPath, args('leave', '300'));
  // The index cannot grow by a page: what it needs was made sure of when the events were taken.
  const { size } = await stat(join(folder, 'data.mdb'));
  const command = `trap '' XFSZ; ulimit -f ${Math.ceil(size / 1024)}; exec "$0" "$@"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, ...args('start')]);
  expect(JSON.parse(stdout)).toEqual({ head: 1 + 300 * eventsInChunk, knows: true });
});
