import { createReadStream, existsSync } from 'node:fs';
import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import { makeFolder } from '../disk/make-folder.ts';
import type { Tracker } from '../tracker.ts';
import { createBadLines } from './bad-lines.ts';
import { takeIn, type Intake } from './intake.ts';

/** Milliseconds that a file must have rested: a program may still be writing it. */
const rest = 1000;

const day = 86_400_000;

interface InboxFile {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly size: number;
}

/** Oldest first, so that events are stored in the order in which they were written. */
const listFiles = async (folder: string): Promise<InboxFile[]> => {
  const files: InboxFile[] = [];
  for (const name of await readdir(folder)) {
    if (!/\.ndjson$/i.test(name)) continue;
    const info = await stat(join(folder, name)).catch(() => undefined);
    if (info?.isFile()) files.push({ name, time: info.mtimeMs, size: info.size });
  }
  return files.sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
};

/** By the time when the file was moved here: it may have been written long before. */
const removeOld = async (folder: string, before: number): Promise<void> => {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (((await stat(path).catch(() => undefined))?.ctimeMs ?? Infinity) < before)
      await unlink(path).catch(() => {});
  }
};

/** A till may use one name again and again. */
const freeName = (folder: string, name: string, now: number): string => {
  const path = join(folder, name);
  return existsSync(path) ? path.replace(/\.ndjson$/i, `.${now}.ndjson`) : path;
};

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** What one look at the folder came to. */
export interface Look {
  readonly stored: number;
  readonly bad: number;
  readonly failure: NitkaError | undefined;
}

export interface InboxOptions {
  /** Days that a sent file is kept. */
  readonly keepDays: number;
  /** Ends a look; a file that was begun is read again by the next program. */
  readonly signal: AbortSignal;
}

/**
 * Stores the files of a folder that other programs fill. A file is moved to `done` once each of its lines is safe; after
 * a crash before that it is read again and makes the same messageIds.
 */
export const createInbox = (tracker: Tracker, folder: string, { keepDays, signal }: InboxOptions) => {
  const done = join(folder, 'done');
  /** A file that found the queue full: begun anew, it would fill it with what it has stored before. */
  let begun: (InboxFile & { readonly taken: number }) | undefined;

  const skipOf = ({ name, time, size }: InboxFile): number =>
    begun?.name === name && begun.time === time && begun.size === size ? begun.taken : 0;

  const takeFile = async (file: InboxFile, now: number): Promise<Look & Pick<Intake, 'isWhole'>> => {
    const path = join(folder, file.name);
    const bad = createBadLines(join(folder, 'bad', file.name));
    const { name } = file;
    const options = { name, isRepeatable: true, bad, signal, skip: skipOf(file) };
    const intake = await takeIn(tracker, createReadStream(path), options);
    begun = intake.isWhole ? undefined : { ...file, taken: intake.taken };
    if (intake.isWhole) await rename(path, freeName(done, name, now));
    return { ...intake, bad: bad.count() };
  };

  const unreadable = (name: string, error: unknown): NitkaError =>
    error instanceof NitkaError
      ? error
      : new NitkaError('storage_failed', `${name} cannot be read: ${(error as Error).message}`, {
          cause: error,
        });

  return {
    /** Takes in what is ready, up to the first file that the queue has no room for. A file that cannot be read is passed over. */
    async look(now: number): Promise<Look> {
      // Other programs, perhaps of other users, have to reach the folder that it is in.
      await makeFolder(done, 0o777);
      let sum: Look = { stored: 0, bad: 0, failure: undefined };
      for (const file of await listFiles(folder)) {
        // A clock that was put back makes files of the future: they have rested too.
        if (Math.abs(now - file.time) < rest) continue;
        try {
          const { stored, bad, failure, isWhole } = await takeFile(file, now);
          sum = { stored: sum.stored + stored, bad: sum.bad + bad, failure: failure ?? sum.failure };
          if (!isWhole) return sum;
        } catch (error) {
          // Another program has taken it: its messageIds were the same.
          if (!isGone(error)) sum = { ...sum, failure: unreadable(file.name, error) };
        }
      }
      await removeOld(done, now - keepDays * day);
      return sum;
    },

    /** Files that have not been taken in. */
    waiting: async (): Promise<number> => (await listFiles(folder)).length,
  };
};
