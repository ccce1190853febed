import { readRecord, recordHeadBytes, recordSize } from './record.ts';
import type { LogRecord } from './record.ts';
import { segmentAt } from './segments.ts';
import type { Segments } from './segments.ts';

export interface LogReader {
  /** Records from one position to before another, in order, up to the first that is not as it was written. */
  records(from: number, to: number): Generator<LogRecord, void, undefined>;
  /** Copies bytes of a file; false if they are not there. */
  copy(base: number, position: number, length: number, target: Buffer, at: number): boolean;
  /** What was read ahead may be older than what is asked for next, and files that are open may have been removed. */
  forget(): void;
}

/** Longer than any record is: a request has 16 MiB at most (limits of the config). */
const longest = 2 ** 30;

/** @param windowBytes are read ahead, so that neighbours cost one call */
export const createLogReader = (segments: Segments, windowBytes = 256 * 1024): LogReader => {
  let window = Buffer.alloc(0);
  let windowBase = -1;
  let from = 0;
  let to = 0;

  const view = (base: number, position: number, length: number): Buffer | null => {
    if (base !== windowBase || position < from || position + length > to) {
      // A damaged head may ask for any length.
      if (length > windowBytes && !segments.reaches(base, position + length)) return null;
      const wanted = Math.max(length, windowBytes);
      if (window.length < wanted) window = Buffer.allocUnsafeSlow(wanted);
      windowBase = base;
      from = position;
      to = position + segments.read(base, position, window, wanted);
      if (position + length > to) return null;
    }
    return window.subarray(position - from, position - from + length);
  };

  const forget = (): void => {
    windowBase = -1;
    segments.close();
  };

  return {
    *records(start, end) {
      forget();
      const bases = segments.list();
      let position = start;
      while (position < end) {
        const index = segmentAt(bases, position);
        if (index < 0) return;
        const base = bases[index]!;
        const head = view(base, position, recordHeadBytes);
        const size = head && recordSize(head);
        if (size === null || size > longest || position + size > Math.min(end, bases[index + 1] ?? Infinity))
          return;
        const bytes = view(base, position, size);
        const record = bytes && readRecord(bytes, base, position);
        if (!record) return;
        yield record;
        position = record.end;
      }
    },
    copy(base, position, length, target, at) {
      const bytes = view(base, position, length);
      if (bytes) target.set(bytes, at);
      return bytes !== null;
    },
    forget,
  };
};
