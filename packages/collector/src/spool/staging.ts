import type { RecordFields } from './log/record.ts';
import { aligned, recordHeadBytes, writeRecordHead } from './log/record.ts';
import { seenKeyBytes } from './seen.ts';

const initialBytes = 1024 * 1024;
const keptBytes = 8 * 1024 * 1024;

/** Where the records of one group are put together: one write takes them to the disk. */
export interface Staging {
  clear(): void;
  /** Begins a record: its keys follow, then `finish`. */
  begin(maxKeys: number, maxChunkBytes: number): void;
  addKey(key: Buffer): void;
  finish(chunk: Buffer, fields: RecordFields): void;
  bytes(): Buffer;
}

export const createStaging = (): Staging => {
  let bytes = Buffer.alloc(0);
  let end = 0;
  let start = 0;
  let keys = 0;
  return {
    clear() {
      end = 0;
      if (bytes.length > keptBytes) bytes = Buffer.alloc(0);
    },
    begin(maxKeys, maxChunkBytes) {
      const size = recordHeadBytes + maxKeys * seenKeyBytes + maxChunkBytes + 8;
      if (end + size > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(initialBytes, bytes.length * 2, end + size));
        bytes.copy(larger, 0, 0, end);
        bytes = larger;
      }
      start = end;
      keys = 0;
      end += recordHeadBytes;
    },
    addKey(key) {
      bytes.set(key, end);
      end += seenKeyBytes;
      keys += 1;
    },
    finish(chunk, fields) {
      bytes.set(chunk, end);
      writeRecordHead(bytes, start, keys, chunk.length, fields);
      const to = aligned(end + chunk.length - start) + start;
      bytes.fill(0, end + chunk.length, to);
      end = to;
    },
    bytes: () => bytes.subarray(0, end),
  };
};
