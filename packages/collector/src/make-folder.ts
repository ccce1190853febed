import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A path and those above it that are not there, from the top down. */
const missingOf = (path: string): string[] => {
  const above = dirname(path);
  if (existsSync(path) || above === path) return [];
  return [...missingOf(above), path];
};

/**
 * Makes a folder and those above it. Without `recursive` of Node's mkdir, which tries for ever where nothing can be
 * made in a folder that is there, as in /proc, and keeps a processor busy with it.
 *
 * @param mode @default 0o700: for this user alone, since events hold personal data
 * @returns those that it made, from the top down
 * @throws the fault of the system, with the path
 */
export const makeFolder = (path: string, mode = 0o700): readonly string[] =>
  missingOf(resolve(path)).filter((each) => {
    try {
      mkdirSync(each, { mode });
      return true;
    } catch (error) {
      // Another process was faster; or a link that leads nowhere, which the next step finds out.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  });
