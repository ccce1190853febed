import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** @returns false where the folder above is missing */
const makeOne = async (path: string, mode: number): Promise<boolean> => {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !existsSync(dirname(path))) return false;
    if (code !== 'EEXIST') throw error;
  }
  return true;
};

/**
 * Makes a folder and those above it. Without `recursive` of Node's mkdir, which tries for ever where nothing can be made in a folder that
 * is there, as in /proc, and keeps a processor busy with it.
 *
 * @param mode @default 0o700: for this user alone, since events hold personal data
 */
export const makeFolder = async (path: string, mode = 0o700): Promise<void> => {
  if (await makeOne(path, mode)) return;
  await makeFolder(dirname(path), mode);
  // A link that leads nowhere is there and is not.
  if (!(await makeOne(path, mode))) await mkdir(path, { mode });
};
