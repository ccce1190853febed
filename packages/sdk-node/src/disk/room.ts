import { randomFillSync } from 'node:crypto';
import { closeSync, fstatSync, openSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { NitkaError } from '@nitka/core';

/** Disk that is made sure of before LMDB needs it. */
export interface Room {
  /** A transaction begins. Throws when the file is no longer where it was: what it stored would be found by nobody. */
  begin(): void;
  /**
   * Makes sure of so many bytes more. Only inside a transaction, before its writes. Throws ENOSPC or its like.
   *
   * @param live bytes that the queue holds
   */
  take(bytes: number, live: number): void;
  close(): void;
}

/** Bytes behind the last page that stay for transactions that only remove: on a full disk these must go on. */
const reserve = 1024 * 1024;
/** Bytes of it that storing leaves alone where the disk gives no more; fewer while most pages of the file are free for use. */
const spare = { usually: 512 * 1024, mostlyFree: 128 * 1024 };
const step = 256 * 1024;
/** Bytes of a transaction beside its values: copied pages of the trees, the list of free pages. */
const overhead = 64 * 1024;

/**
 * Extends the queue's file ahead of LMDB, so that a full disk shows itself before anything is written. A commit that LMDB itself
 * breaks off for want of space leaves its memory damaged, and ends the process a few transactions later ("malloc_consolidate():
 * invalid chunk size"); and a file that grows with a commit makes its flush slower. LMDB does not mind what lies behind its last
 * page, and one transaction runs at a time, in all threads and processes.
 *
 * @param used bytes of the file that LMDB's last commit reaches to
 */
export const createRoom = (file: string, used: () => number): Room => {
  const descriptor = openSync(file, 'r+');
  const { ino: inode } = fstatSync(descriptor, { bigint: true });
  let known = 0;
  let start = 0;
  let taken = 0;
  const extendTo = (wanted: number): void => {
    known = fstatSync(descriptor).size;
    if (known >= wanted) return;
    // Random bytes: file systems store zeros and repetitions in no room at all.
    const bytes = randomFillSync(Buffer.allocUnsafe(step));
    while (known < wanted) known += writeSync(descriptor, bytes, 0, step, known);
  };
  return {
    begin() {
      const place = statSync(file, { bigint: true, throwIfNoEntry: false });
      if (place?.ino !== inode) throw new NitkaError('storage_failed', `${file} was moved away or replaced`);
      start = used();
      taken = overhead;
    },
    take(bytes, live) {
      taken += bytes;
      const needed = start + taken;
      if (needed + reserve <= known) return;
      try {
        // A step more, so that most transactions find all they need.
        extendTo(needed + reserve + step);
      } catch (error) {
        known = fstatSync(descriptor).size;
        if (needed + (live < start / 2 ? spare.mostlyFree : spare.usually) > known) throw error;
      }
    },
    close: () => closeSync(descriptor),
  };
};

/** Versions before 0.2 kept their room in a file of its own. */
export const dropOldReserve = (folder: string): void => {
  try {
    unlinkSync(`${folder}/reserve`);
  } catch {
    // There is none.
  }
};
