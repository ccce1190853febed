import { shareInProcess } from '../shared.ts';
import { openFolder, type OpenFolder } from './open-folder.ts';

interface Shared {
  readonly opening: Promise<OpenFolder>;
  users: number;
}

/** Folder → the one environment of this process, whichever copy of this module opened it. */
const { open, closing } = shareInProcess('environments.1', () => ({
  open: new Map<string, Shared>(),
  closing: new Map<string, Promise<void>>(),
}));

/**
 * One environment for all queues of this process on a folder. A second one would open its tables in a synchronous
 * transaction, waiting for LMDB's write lock with the JavaScript thread, while a transaction of the first holds the
 * lock and waits for the JavaScript thread: both for ever.
 *
 * @param folder an absolute path
 * @throws NitkaError `storage_failed`
 */
export const shareEnvironment = async (folder: string): Promise<OpenFolder> => {
  while (closing.has(folder)) await closing.get(folder);
  const shared = open.get(folder) ?? { opening: openFolder(folder), users: 0 };
  open.set(folder, shared);
  shared.users++;

  const leave = async (environment?: OpenFolder): Promise<void> => {
    shared.users--;
    if (shared.users > 0) return;
    open.delete(folder);
    if (!environment) return;
    const closed = environment.close().finally(() => closing.delete(folder));
    closing.set(folder, closed);
    await closed;
  };

  try {
    const environment = await shared.opening;
    return { ...environment, close: () => leave(environment) };
  } catch (error) {
    await leave();
    throw error;
  }
};
