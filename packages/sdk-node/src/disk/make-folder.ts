import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** A path and those above it that are not there, from the top down. */
const missingOf = (path: string): string[] => {
  const above = dirname(path);
  if (existsSync(path) || above === path) return [];
  return [...missingOf(above), path];
};

/**
 * Makes a folder and those above it. Without `recursive` of Node's mkdir, which tries for ever where nothing can be made in a folder that
 * is there, as in /proc, and keeps a processor busy with it.
 *
 * @param mode @default 0o700: for this user alone, since events hold personal data
 */
export const makeFolder = async (path: string, mode = 0o700): Promise<void> => {
  for (const each of missingOf(resolve(path))) {
    try {
      await mkdir(each, { mode });
    } catch (error) {
      // Another process was faster; or a link that leads nowhere, which the next step finds out.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
};
