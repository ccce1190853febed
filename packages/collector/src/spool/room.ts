import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';

/** Disk that is made sure of beforehand. */
export interface Room {
  /** A transaction begins. */
  begin(): void;
  /** The same where nothing was written since the last one began. */
  again(): void;
  /**
   * Makes sure of room for so many bytes more, before they are written.
   *
   * @throws the error of the file system (ENOSPC, EDQUOT, EFBIG) when there is none
   */
  take(bytes: number): void;
  close(): void;
}

/** What stays free for transactions that only remove and note: loading must go on when nothing more is accepted. */
const reserve = 4 * 1024 * 1024;
const step = 1024 * 1024;
const zeros = Buffer.alloc(step);

/**
 * The data file is extended with zeros before LMDB needs the space, so that a full disk shows itself here, where nothing has been
 * written yet. A commit that LMDB itself breaks off for want of space leaves its memory damaged: "malloc_consolidate(): invalid chunk
 * size", and with it the end of the process, a few transactions later (`pnpm chaos`, disk full).
 *
 * LMDB fills the file from its start and does not mind what lies behind its last page. The thread that appends asks for room while
 * another one may be writing, so zeros only ever go behind the end that the file has at that moment (O_APPEND), over nobody's pages.
 *
 * @param used bytes of the file that LMDB's last commit reaches to
 */
export const createRoom = (file: string, used: () => number): Room => {
  const descriptor = openSync(file, 'a');
  let start = 0;
  let taken = 0;
  let known = 0;
  return {
    begin() {
      start = used();
      taken = 0;
    },
    again() {
      taken = 0;
    },
    take(bytes) {
      taken += bytes;
      const wanted = start + taken + reserve;
      // A file never shrinks while it is open: what was there once is there.
      if (wanted <= known) return;
      known = fstatSync(descriptor).size;
      while (known < wanted) {
        writeSync(descriptor, zeros);
        known = fstatSync(descriptor).size;
      }
    },
    close: () => closeSync(descriptor),
  };
};
