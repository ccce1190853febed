import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import type { LogEnd } from './log/tail.ts';

/** How far the spool had come, noted beside it. */
export interface Seal {
  /** After a commit. */
  write(id: string, to: LogEnd): void;
  close(): void;
}

const name = 'seal';
const width = 80;

interface Noted extends LogEnd {
  readonly id: string;
}

const read = (folder: string): Noted | null => {
  try {
    const [id = '', ...numbers] = readFileSync(join(folder, name), 'utf8').trim().split(' ');
    // Earlier versions had no log, and noted the head alone.
    const [head = NaN, end = 0] = numbers.map(Number);
    return id !== '' && Number.isSafeInteger(head) && Number.isSafeInteger(end) ? { id, head, end } : null;
  } catch {
    // A spool that is new, or whose seal the operator took away.
    return null;
  }
};

/**
 * The end of the log that the index does not have yet is cut off where it is not whole, as what was on its way to the disk. If it was
 * answered for, this file is the witness, also for requests that brought repeats only, which move no head. It is not synced: after a
 * power cut it may be older than the spool, which is no fault.
 *
 * @throws NitkaError `spool_corrupt` when the spool is not the one, or not as far, as the seal says
 */
export const checkSeal = (folder: string, id: string | undefined, { head, end }: LogEnd): void => {
  const noted = read(folder);
  if (!noted || (noted.id === id && head >= noted.head && end >= noted.end)) return;
  const missing =
    noted.id !== id
      ? `it is not the spool that the file "${name}" beside it belongs to`
      : head < noted.head
        ? `entries ${head} to ${noted.head - 1} were acknowledged and are not there`
        : `the log goes to ${end} and went to ${noted.end}`;
  throw new NitkaError('spool_corrupt', `${missing}; to go on without them, remove the file "${name}"`);
};

export const createSeal = (folder: string): Seal => {
  const descriptor = openSync(join(folder, name), 'a+', 0o600);
  // Appending would ignore the position.
  closeSync(descriptor);
  const writable = openSync(join(folder, name), 'r+');
  return {
    // One short write at one place: whoever reads sees the old text or the new one.
    write: (id, { head, end }) => void writeSync(writable, `${id} ${head} ${end}`.padEnd(width), 0, 'latin1'),
    close: () => closeSync(writable),
  };
};
