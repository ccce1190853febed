import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tracker } from '../tracker.ts';
import { keepBadLines } from './bad-lines.ts';
import { takeIn, type Intake } from './intake.ts';

/** Milliseconds that a file must have rested: a program may still be writing it. */
const rest = 1000;

const day = 86_400_000;

/** Oldest first, so that events are stored in the order in which they were written. */
const readyFiles = async (folder: string, now: number): Promise<string[]> => {
  const files: { name: string; time: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.ndjson')) continue;
    const info = await stat(join(folder, name)).catch(() => undefined);
    // A clock that was put back makes files of the future: they have rested too.
    if (info?.isFile() && Math.abs(now - info.mtimeMs) >= rest) files.push({ name, time: info.mtimeMs });
  }
  return files.sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1)).map((file) => file.name);
};

const removeOld = async (folder: string, before: number): Promise<void> => {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (((await stat(path).catch(() => undefined))?.mtimeMs ?? Infinity) < before)
      await unlink(path).catch(() => {});
  }
};

/**
 * Stores the files of a folder that other programs fill. A file is moved to `done` once each of its lines is safe; after
 * a crash before that it is read again and makes the same messageIds.
 */
export const createInbox = (tracker: Tracker, folder: string, keepDays: number) => {
  const done = join(folder, 'done');

  const takeFile = async (name: string): Promise<Intake> => {
    const path = join(folder, name);
    const intake = await takeIn(tracker, createReadStream(path, 'utf8'), { name, isRepeatable: true });
    if (intake.failure) return intake;
    await keepBadLines(join(folder, 'bad', name), intake.bad);
    await rename(path, join(done, name));
    return intake;
  };

  return {
    /** Takes in what is ready. Stops at the first file that could not be stored whole. */
    async look(now: number): Promise<{ stored: number; bad: number; failure: Intake['failure'] }> {
      await mkdir(done, { recursive: true });
      const sum = { stored: 0, bad: 0, failure: undefined as Intake['failure'] };
      for (const name of await readyFiles(folder, now)) {
        const { stored, bad, failure } = await takeFile(name);
        sum.stored += stored;
        if (failure) return { ...sum, failure };
        sum.bad += bad.length;
      }
      await removeOld(done, now - keepDays * day);
      return sum;
    },

    /** Files that have not been taken in. */
    waiting: async (): Promise<number> =>
      (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).length,
  };
};
