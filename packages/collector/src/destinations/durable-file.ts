import { access, open, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../make-folder.ts';

/** On Windows a folder cannot be synced, and need not be. */
export const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** The folder with all above it, there after a power cut, too. */
export const makeDurableFolder = async (folder: string): Promise<void> => {
  for (const made of makeFolder(folder, 0o777)) await syncFolder(dirname(made));
};

export const exists = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

export const syncFile = async (path: string): Promise<void> => {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Makes a finished file appear under its name: whole, or not at all. One that is there already stays, and the new one is left aside. */
export const publish = async (aside: string, target: string): Promise<void> => {
  await makeDurableFolder(dirname(target));
  if (await exists(target)) return;
  await syncFile(aside);
  await rename(aside, target);
  await syncFolder(dirname(target));
};

/** A small file, written aside first. */
export const publishText = async (text: string, aside: string, target: string): Promise<void> => {
  await writeFile(aside, text);
  await publish(aside, target);
};
