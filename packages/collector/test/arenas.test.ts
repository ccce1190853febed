import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { importMallopt, shareArenas } from '../src/arenas.ts';

const program = fileURLToPath(new URL('support/arenas-process.ts', import.meta.url));
const hasMallopt = (await importMallopt()) !== null;

/** How many there are before the process starts threads, and with them. */
const arenasOf = async (way: 'shared' | 'usual'): Promise<number[]> => {
  // From so many on glibc settles the number for good. What reads TypeScript has threads, too.
  const env = { ...process.env, MALLOC_ARENA_MAX: undefined, MALLOC_ARENA_TEST: '100' };
  const command = ['--import', 'tsx', program, way];
  const { stderr } = await promisify(execFile)(process.execPath, command, { env });
  return stderr
    .split(/^# /m)
    .slice(1)
    .map((part) => part.match(/^Arena \d+:/gm)?.length ?? 0);
};

describe.runIf(hasMallopt)('the arenas of the C library', () => {
  it('are made for threads that are started, if nothing is said', async () => {
    const [before, after] = await arenasOf('usual');
    expect(after).toBeGreaterThan(before!);
  });

  it('are shared by threads that are started later', async () => {
    const [before, after] = await arenasOf('shared');
    expect(before).toBeGreaterThan(0);
    expect(after).toBe(before);
  });
});

describe('sharing the arenas', () => {
  it('sets their number to one', async () => {
    const calls: number[][] = [];
    const importFunction = async () => (parameter: number, value: number) => calls.push([parameter, value]);
    expect(await shareArenas({ environment: {}, importFunction })).toBe(true);
    expect(calls).toEqual([[-8, 1]]);
  });

  it('is left to the operator who has set a number', async () => {
    const importFunction = async () => () => expect.unreachable();
    expect(await shareArenas({ environment: { MALLOC_ARENA_MAX: '4' }, importFunction })).toBe(false);
  });

  it('is not done with another C library or system, or when it is refused', async () => {
    expect(await shareArenas({ environment: {}, importFunction: async () => null })).toBe(false);
    expect(await shareArenas({ environment: {}, importFunction: async () => () => 0 })).toBe(false);
    expect(await importMallopt('win32')).toBeNull();
    expect(await importMallopt('darwin')).toBeNull();
  });
});
