import { encodeChunk, encodeChunkOnce, isAccepted } from './chunk.ts';
import type { Chunk } from './chunk.ts';
import { at, recordStart } from './chunk-layout.ts';
import { seenKeyBytes, writeSeenKey } from './seen.ts';

/** A chunk as it is written, by whatever thread. */
export interface EncodedChunk {
  readonly bytes: Buffer;
  /** For each entry 16 bytes: the key of its messageId in the index of those seen, or zeros for a reject. */
  readonly keys: Buffer;
}

const keysOf = ({ entries }: Chunk): Buffer => {
  const keys = Buffer.alloc(entries.length * seenKeyBytes);
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index]!;
    if (isAccepted(entry)) writeSeenKey(entry.columns.messageId, keys, index * seenKeyBytes);
  }
  return keys;
};

export const encode = (chunk: Chunk): EncodedChunk => ({ bytes: encodeChunk(chunk), keys: keysOf(chunk) });

/** Its bytes are valid until the next chunk is encoded. */
export const encodeOnce = (chunk: Chunk): EncodedChunk => ({
  bytes: encodeChunkOnce(chunk),
  keys: keysOf(chunk),
});

export const isReject = ({ bytes }: EncodedChunk, index: number): boolean =>
  bytes.readUInt32LE(recordStart(index) + at.state) !== 0;
