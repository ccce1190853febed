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

const cut = createSlab();

const keysOf = ({ entries }: Chunk): Buffer => {
  const keys = cut(entries.length * seenKeyBytes);
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
  keys: keysOf(chunk),
});

export const encode = (chunk: Chunk): EncodedChunk => {
  const { bytes, keys } = encodeOnce(chunk);
  const own = cut(bytes.length);
  bytes.copy(own);
  return { bytes: own, keys };
};

export const isReject = ({ bytes }: EncodedChunk, index: number): boolean =>
  bytes.readUInt32LE(recordStart(index) + at.state) !== 0;
