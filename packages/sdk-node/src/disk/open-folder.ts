import { NitkaError } from '@nitka/core';
import { openEnvironment, type Environment } from './environment.ts';
import { makeFolder } from './make-folder.ts';
import { rescue, type Rescue } from './rescue.ts';
import { dropOldReserve } from './room.ts';
import { createDiskStorage } from './storage.ts';
import { detailOf } from './storage-error.ts';

export interface OpenFolder extends Environment {
  /** What was done about a file that was damaged. */
  readonly rescued: Rescue | undefined;
}

const openNew = async (path: string) =>
  createDiskStorage(await openEnvironment(path), { maxBytes: Infinity, onDamaged() {} });

/**
 * Opens the queue of a folder. From a damaged file goes over what can be read: a till must go on selling.
 *
 * @throws NitkaError `storage_failed`
 */
export const openFolder = async (folder: string): Promise<OpenFolder> => {
  const path = `${folder}/queue.mdb`;
  try {
    await makeFolder(folder);
    dropOldReserve(folder);
    const rescued = await rescue(path, openNew);
    return { ...(await openEnvironment(path)), rescued };
  } catch (cause) {
    if (cause instanceof NitkaError) throw cause;
    const detail = `the queue in ${folder} cannot be opened: ${detailOf(cause)}`;
    throw new NitkaError('storage_failed', detail, { cause });
  }
};
