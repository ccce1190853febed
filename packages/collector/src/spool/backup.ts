import { constants, existsSync, readdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { syncFile } from '../destinations/durable-file.ts';
import { makeFolder } from '../make-folder.ts';
import type { Environment } from './environment.ts';
import { logFolder } from './log/log.ts';
import type { Segments } from './log/segments.ts';
import type { Releases } from './releases.ts';

export const dataFile = 'data.mdb';

const copySynced = async (from: string, to: string): Promise<void> => {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await syncFile(to);
};

export interface BackUpParts {
  readonly environment: Pick<Environment, 'root'>;
  readonly segments: Segments;
  readonly releases: Releases;
  readonly transact: (write: () => void) => Promise<void>;
}

/** Milliseconds. */
const tryAgainAfter = 1000;

/** Until it has succeeded: as long as they are pinned no file of the log is removed, and whoever is forgotten stays in them. */
const unpin = async ({ releases, transact }: Pick<BackUpParts, 'releases' | 'transact'>): Promise<void> => {
  const write = (): Promise<boolean> =>
    transact(() => releases.pin(false)).then(
      () => true,
      () => false,
    );
  // The wait keeps no process alive: the next start unpins.
  while (!(await write())) await setTimeout(tryAgainAfter, undefined, { ref: false });
};

/**
 * Copies index and log while they are in use: first the index as of one moment, then the files of the log that it needs, of which none is
 * removed meanwhile. What was appended after that moment is found in the log when the copy is opened, as after a crash.
 */
export const backUpSpool = async (
  { environment, segments, releases, transact }: BackUpParts,
  to: string,
): Promise<void> => {
  makeFolder(logFolder(to));
  await transact(() => releases.pin(true));
  try {
    await environment.root.backup(to, true);
    await syncFile(join(to, dataFile));
    const [first = 0] = releases.needed();
    for (const base of segments.list().filter((each) => each >= first)) {
      const path = segments.pathOf(base);
      await copySynced(path, join(logFolder(to), basename(path)));
    }
  } finally {
    await unpin({ releases, transact });
  }
};

/** Copies a spool that nobody has open, or a backup. One of a version that kept no log has none. */
export const copySpool = async (from: string, to: string): Promise<void> => {
  makeFolder(logFolder(to));
  await copySynced(join(from, dataFile), join(to, dataFile));
  if (!existsSync(logFolder(from))) return;
  for (const file of readdirSync(logFolder(from)))
    await copySynced(join(logFolder(from), file), join(logFolder(to), file));
};
