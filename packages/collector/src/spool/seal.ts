import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { NitkaError } from '@nitka/core';

/** How far the spool had come, noted beside it. */
export interface Seal {
  /** After a commit. */
  write(id: string, head: number): void;
  close(): void;
}

const name = 'seal';
const width = 64;

interface Noted {
  readonly id: string;
  readonly head: number;
}

const read = (folder: string): Noted | null => {
  try {
    const [id = '', head] = readFileSync(join(folder, name), 'utf8').trim().split(' ');
    return id !== '' && Number.isSafeInteger(Number(head)) ? { id, head: Number(head) } : null;
  } catch {
    // A spool that is new, or whose seal the operator took away.
    return null;
  }
};

/**
 * When its newest meta page is destroyed, LMDB goes back to the one before without a word, and takes a root page it cannot make sense
 * of for an empty one. What was acknowledged since is gone then, and this file is the witness. It is not synced: after a power cut it
 * may be older than the spool, which is no fault.
 *
 * @throws NitkaError `spool_corrupt` when the spool is not the one, or not as far, as the seal says
 */
export const checkSeal = (folder: string, id: string | undefined, head: number): void => {
  const noted = read(folder);
  if (!noted || (noted.id === id && head >= noted.head)) return;
  const missing =
    noted.id === id
      ? `entries ${head} to ${noted.head - 1} were acknowledged and are not there`
      : `it is not the spool that the file "${name}" beside it belongs to`;
  throw new NitkaError('spool_corrupt', `${missing}; to go on without them, remove the file "${name}"`);
};

export const createSeal = (folder: string): Seal => {
  const descriptor = openSync(join(folder, name), 'a+', 0o600);
  // Appending would ignore the position.
  closeSync(descriptor);
  const writable = openSync(join(folder, name), 'r+');
  return {
    // One short write at one place: whoever reads sees the old text or the new one.
    write: (id, head) => void writeSync(writable, `${id} ${head}`.padEnd(width), 0, 'latin1'),
    close: () => closeSync(writable),
  };
};
