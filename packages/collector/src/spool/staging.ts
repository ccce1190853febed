import type { EncodedChunk } from './encoded.ts';
import type { RecordFields } from './log/record.ts';
import { leadBytes, recordBytes, recordHeadBytes, writeRecordHead } from './log/record.ts';
import { seenKeyBytes } from './seen.ts';

const initialBytes = 1024 * 1024;
const keptBytes = 8 * 1024 * 1024;

/** The requests that go to the disk together, in the order in which they came. */
export interface Group {
  /** The next one, valid until it is kept. */
  next(): EncodedChunk;
  /** It goes into the log as it is. */
  keep(fields: RecordFields): void;
  /** The same with other keys and another chunk, neither of them longer. */
  keepInstead(keys: Buffer, chunk: Buffer, fields: RecordFields): void;
  /** The records of all that was kept. */
  bytes(): Buffer;
}

/**
 * Where requests wait for the disk. Each lies there as the record that it will be: it is copied once, and one write takes a group. While
 * that is on its way, the next group gathers in a buffer of its own.
 */
export interface Staging {
  add(encoded: EncodedChunk): void;
  /** All that was added since the last call, valid until the next one. */
  take(): Group;
}

interface Gathering extends Group {
  add(encoded: EncodedChunk): void;
  clear(): void;
}

const createGathering = (): Gathering => {
  let bytes = Buffer.alloc(0);
  let end = 0;
  /** Of each: how many keys, how many bytes of its chunk. */
  let sizes: number[] = [];
  /** The place in `sizes` of the next one, where it begins, and where it will. */
  let place = 0;
  let from = 0;
  let to = 0;

  const reserve = (size: number): void => {
    if (end + size <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(initialBytes, bytes.length * 2, end + size));
    bytes.copy(larger, 0, 0, end);
    bytes = larger;
  };
  const write = (start: number, keys: Buffer, chunk: Buffer): number => {
    const behind = start + leadBytes(keys.length / seenKeyBytes) + chunk.length;
    bytes.set(keys, start + recordHeadBytes);
    bytes.set(chunk, behind - chunk.length);
    const next = start + recordBytes(keys.length / seenKeyBytes, chunk.length);
    bytes.fill(0, behind, next);
    return next;
  };
  const pass = (): void => {
    from += recordBytes(sizes[place]!, sizes[place + 1]!);
    place += 2;
  };

  return {
    add({ bytes: chunk, keys }) {
      const count = keys.length / seenKeyBytes;
      reserve(recordBytes(count, chunk.length));
      end = write(end, keys, chunk);
      sizes.push(count, chunk.length);
    },
    next() {
      const chunkStart = from + leadBytes(sizes[place]!);
      return {
        keys: bytes.subarray(from + recordHeadBytes, chunkStart),
        bytes: bytes.subarray(chunkStart, chunkStart + sizes[place + 1]!),
      };
    },
    keep(fields) {
      const [count, chunkBytes] = [sizes[place]!, sizes[place + 1]!];
      const size = recordBytes(count, chunkBytes);
      if (to < from) bytes.copyWithin(to, from, from + size);
      writeRecordHead(bytes, to, count, chunkBytes, fields);
      to += size;
      pass();
    },
    keepInstead(keys, chunk, fields) {
      const start = to;
      to = write(start, keys, chunk);
      writeRecordHead(bytes, start, keys.length / seenKeyBytes, chunk.length, fields);
      pass();
    },
    bytes: () => bytes.subarray(0, to),
    clear() {
      if (bytes.length > keptBytes) bytes = Buffer.alloc(0);
      sizes = [];
      end = place = from = to = 0;
    },
  };
};

export const createStaging = (): Staging => {
  let gathering = createGathering();
  let taken = createGathering();
  return {
    add: (encoded) => gathering.add(encoded),
    take() {
      taken.clear();
      [gathering, taken] = [taken, gathering];
      return taken;
    },
  };
};
