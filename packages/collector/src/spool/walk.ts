import type { Database } from 'lmdb';

export interface StoredChunk {
  /** Sequence number of its first entry. */
  readonly key: number;
  /** In the memory map: valid until the next one is asked for, and not beyond this turn of the event loop. */
  readonly value: Buffer;
}

/** The key of the chunk that holds `sequence`, or of the first one behind it. */
const chunkStart = (events: Database<Buffer, number>, sequence: number): number => {
  for (const key of events.getKeys({ start: sequence, reverse: true, limit: 1 })) return key;
  return sequence;
};

/**
 * The chunks from the one that holds `from` to before `to`, none of them copied: a range with values copies each, also when only its
 * head is looked at.
 */
export function* walkChunks(
  events: Database<Buffer, number>,
  from: number,
  to?: number,
): Generator<StoredChunk, void, undefined> {
  const start = chunkStart(events, from);
  for (const key of events.getKeys(to === undefined ? { start } : { start, end: to })) {
    // The types say Buffer; what lies in the map comes as its parent.
    const found = events.getBinaryFast(key) as Uint8Array | undefined;
    if (found) yield { key, value: Buffer.from(found.buffer, found.byteOffset, found.length) };
  }
}
