import { encodeChunkOnce, isAccepted } from './chunk.ts';
import type { Chunk } from './chunk.ts';
import { at, recordStart } from './chunk-layout.ts';
import { seenKeyBytes, writeSeenKey } from './seen.ts';

/** A chunk as it is written, by whatever thread. */
export interface EncodedChunk {
  readonly bytes: Buffer;
  /** For each entry 16 bytes: the key of its messageId in the index of those seen, or zeros for a reject. */
  readonly keys: Buffer;
}

let keys = Buffer.alloc(0);

const keysOf = ({ entries }: Chunk): Buffer => {
  const size = entries.length * seenKeyBytes;
  if (size > keys.length) keys = Buffer.alloc(size);
  for (let index = 0; index < entries.length; index += 1) {
    const entry = entries[index]!;
    const start = index * seenKeyBytes;
    if (isAccepted(entry)) writeSeenKey(entry.columns.messageId, keys, start);
    else keys.fill(0, start, start + seenKeyBytes);
  }
  return keys.subarray(0, size);
};

/** Valid until the next chunk is encoded. */
export const encodeOnce = (chunk: Chunk): EncodedChunk => ({
  bytes: encodeChunkOnce(chunk),
  keys: keysOf(chunk),
});

export const isReject = ({ bytes }: EncodedChunk, index: number): boolean =>
  bytes.readUInt32LE(recordStart(index) + at.state) !== 0;
