import type { Place } from './messages.ts';

/** Parts of a message, end to end in memory that can be handed over to another thread. */
export interface Pile {
  add(part: Buffer): Place;
  /** All of it. Whatever comes next begins a new one. */
  take(): ArrayBuffer;
}

const initialBytes = 64 * 1024;

export const createPile = (): Pile => {
  let usual = initialBytes;
  let bytes: Buffer | null = null;
  let end = 0;
  return {
    add(part) {
      if (bytes === null || end + part.length > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(usual, (end + part.length) * 2));
        bytes?.copy(larger, 0, 0, end);
        bytes = larger;
      }
      const start = end;
      end += part.copy(bytes, start);
      return [start, end];
    },
    take() {
      const all = bytes?.buffer ?? new ArrayBuffer(0);
      // Groups of requests are about as large as the one before.
      usual = Math.max(initialBytes, Math.min(end * 1.25, 4 * 1024 * 1024));
      bytes = null;
      end = 0;
      return all as ArrayBuffer;
    },
  };
};
