import { encodeChunkOnce, isAccepted } from './chunk.ts';
import type { Chunk } from './chunk.ts';
import { at, recordStart } from './chunk-layout.ts';
import { seenKeyBytes, writeSeenKey } from './seen.ts';
import { createSlab } from './slab.ts';

/** A chunk as it is written, by whatever thread. */
export interface EncodedChunk {
  readonly bytes: Buffer;
  /** For each entry 16 bytes: the key of its messageId in the index of those seen, or zeros for a reject. */
  readonly keys: Buffer;
}

const slab = createSlab();

const writeKeys = ({ entries }: Chunk, keys: Buffer): Buffer => {
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index]!;
    const start = index * seenKeyBytes;
    if (isAccepted(entry)) writeSeenKey(entry.columns.messageId, keys, start);
    else keys.fill(0, start, start + seenKeyBytes);
  }
  return keys;
};

/** Its bytes are valid until the next chunk is encoded. */
export const encodeOnce = (chunk: Chunk): EncodedChunk => ({
  bytes: encodeChunkOnce(chunk),
  keys: writeKeys(chunk, Buffer.allocUnsafe(chunk.entries.length * seenKeyBytes)),
});

/** Its bytes are valid until they are given back. */
export const encode = (chunk: Chunk): EncodedChunk => {
  const once = encodeChunkOnce(chunk);
  // In one piece: each cut is an object for the garbage collector.
  const own = slab.cut(once.length + chunk.entries.length * seenKeyBytes);
  own.set(once);
  return { bytes: own.subarray(0, once.length), keys: writeKeys(chunk, own.subarray(once.length)) };
};

/** Of what `encode` gave, once it is written. */
export const giveBack = ({ bytes }: EncodedChunk): void => slab.giveBack(bytes);

export const isReject = ({ bytes }: EncodedChunk, index: number): boolean =>
  bytes.readUInt32LE(recordStart(index) + at.state) !== 0;
