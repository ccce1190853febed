import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openSegments } from '../../../packages/collector/src/spool/log/segments.ts';
import type { Random } from '../random.ts';
import { judgeDamage, overwrite, pageBytes } from './damage.ts';
import type { Damage } from './damage.ts';
import type { World } from './world.ts';

/** The files of the log, from the oldest to the newest. */
export const logFiles = (spool: string): string[] =>
  readdirSync(join(spool, 'log'))
    .sort()
    .map((name) => join(spool, 'log', name));

const newestOf = (spool: string): { readonly path: string; readonly size: number } | null => {
  const path = logFiles(spool).at(-1);
  const size = path === undefined ? 0 : statSync(path).size;
  return path !== undefined && size > 0 ? { path, size } : null;
};

const nothing: Damage = { what: 'the log is empty', isHarmless: true };

/** Destroys the newest page of the log, or some that end with it. */
export const damageLogPage = (world: World, random: Random): Promise<string> =>
  judgeDamage(world, (spool) => {
    const newest = newestOf(spool);
    if (!newest) return nothing;
    const { path, size } = newest;
    const pages = random.between(1, 3);
    const last = Math.floor((size - 1) / pageBytes);
    const start = Math.max(0, last + 1 - pages) * pageBytes;
    const name = overwrite(path, start, size - start, random);
    return { what: name, isHarmless: false };
  });

export const cutLog = (world: World, random: Random): Promise<string> =>
  judgeDamage(world, (spool) => {
    const newest = newestOf(spool);
    if (!newest) return nothing;
    const { path, size } = newest;
    truncateSync(path, size - random.between(1, Math.min(size, 2 * pageBytes)));
    return { what: 'cut', isHarmless: false };
  });

export const removeLogFile = (world: World, random: Random): Promise<string> =>
  judgeDamage(world, (spool) => {
    const files = logFiles(spool);
    if (files.length === 0) return nothing;
    const index = random.between(0, files.length - 1);
    rmSync(files[index]!);
    return { what: index === files.length - 1 ? 'the newest' : 'an earlier one', isHarmless: false };
  });

/** Makes many short files, of which the destination has not taken all. */
const pileUp = async ({ collector, sender }: World, random: Random): Promise<void> => {
  await collector.end('SIGKILL');
  collector.setLogFiles(2 ** random.between(12, 16));
  const end = await collector.start();
  if (end) throw new Error(`the collector ended at its start: ${end.output.slice(-600)}`);
  sender.setLarge(true);
  await new Promise((resolve) => setTimeout(resolve, random.between(300, 1200)));
};

/** Takes away a file that others follow, cuts it off at a drawn page, or destroys it from there on. */
export const damageEarlierFile = async (world: World, random: Random): Promise<string> => {
  try {
    await pileUp(world, random);
    return await judgeDamage(world, (spool) => {
      const files = logFiles(spool).slice(0, -1);
      const path = files[random.between(0, files.length - 1)];
      if (path === undefined) return { what: 'there is none', isHarmless: true };
      if (random.chance(0.3)) {
        rmSync(path);
        return { what: 'gone', isHarmless: false };
      }
      const { size } = statSync(path);
      const start = random.between(0, Math.floor(Math.max(size - 1, 0) / pageBytes)) * pageBytes;
      if (random.chance(0.4) || size === 0) {
        truncateSync(path, start);
        return { what: 'cut', isHarmless: false };
      }
      const length = Math.min(size - start, random.between(1, 3) * pageBytes);
      return { what: overwrite(path, start, length, random), isHarmless: false };
    });
  } finally {
    world.sender.setLarge(false);
  }
};

/** What was on its way, and answered for to nobody: it is cut off. */
export const tearLog = (world: World, random: Random): Promise<string> =>
  judgeDamage(world, (spool) => {
    const newest = newestOf(spool);
    if (!newest) return nothing;
    const { path, size } = newest;
    // The head of a record is at the start of the file; behind the end stands one that does not follow the last.
    const bytes = random.chance(0.5) ? randomBytes(8192) : readFileSync(path).subarray(0, size);
    const length = random.between(1, Math.min(bytes.length, 3 * pageBytes));
    if (random.chance(0.7)) {
      appendFileSync(path, bytes.subarray(0, length));
      return { what: 'cut off', isHarmless: true };
    }
    // It ended just as it had gone on to the next file.
    const next = openSegments(dirname(path)).pathOf(Number.parseInt(basename(path), 10) + size);
    writeFileSync(next, bytes.subarray(0, random.chance(0.3) ? 0 : length));
    return { what: 'a file begun', isHarmless: true };
  });
