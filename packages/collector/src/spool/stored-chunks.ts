import type { Database } from 'lmdb';
import { readChunkHead } from './chunk.ts';
import type { ChunkHead } from './chunk.ts';
import type { LogReader } from './log/reader.ts';
import { readPlace, readPlaceHead } from './place.ts';
import type { Place } from './place.ts';

export interface StoredChunk {
  /** Sequence number of its first entry. */
  readonly key: number;
  /** Of its bytes. */
  readonly size: number;
  /** Entries, rejects included. */
  readonly count: number;
  readonly head: ChunkHead;
  /** What the index has under its key: valid until the next one is asked for, and not beyond this turn of the event loop. */
  readonly value: Buffer;
  /** Null where the value is the chunk itself. */
  readonly place: Place | null;
}

/** The chunks of the spool, in order, wherever they lie. */
export interface StoredChunks {
  /** From the one that holds `from` to before `to`. Their bytes are not read. */
  walk(from: number, to?: number): Generator<StoredChunk, void, undefined>;
  /** All of them, from the newest to the oldest. */
  walkBack(): Generator<StoredChunk, void, undefined>;
  find(key: number): StoredChunk | null;
  /** Copies a chunk's bytes. Throws if they are not there. */
  copy(chunk: StoredChunk, target: Buffer, at: number): void;
  /** A chunk's bytes, in memory of their own. */
  bytesOf(chunk: StoredChunk): Buffer;
}

export const createStoredChunks = (events: Database<Buffer, number>, reader: LogReader): StoredChunks => {
  const find = (key: number): StoredChunk | null => {
    // A range with values copies each. The types say Buffer; what lies in the map comes as its parent.
    const found = events.getBinaryFast(key) as Uint8Array | undefined;
    if (!found) return null;
    const value = Buffer.from(found.buffer, found.byteOffset, found.length);
    const place = readPlace(value);
    const head = place ? readPlaceHead(value) : readChunkHead(value);
    return {
      key,
      size: place?.bytes ?? value.length,
      count: head.accepted + head.rejected,
      head,
      value,
      place,
    };
  };
  /** The key of the chunk that holds `sequence`, or of the first one behind it. */
  const chunkStart = (sequence: number): number => {
    for (const key of events.getKeys({ start: sequence, reverse: true, limit: 1 })) return key;
    return sequence;
  };
  function* each(keys: Iterable<number>): Generator<StoredChunk, void, undefined> {
    reader.forget();
    for (const key of keys) {
      const found = find(key);
      if (found) yield found;
    }
  }
  const copy = ({ key, value, place }: StoredChunk, target: Buffer, at: number): void => {
    if (place === null) target.set(value, at);
    else if (!reader.copy(place.base, place.position, place.bytes, target, at))
      throw new Error(`the spool's log does not have the chunk ${key}`);
  };
  return {
    walk(from, to) {
      const start = chunkStart(from);
      return each(events.getKeys(to === undefined ? { start } : { start, end: to }));
    },
    walkBack: () => each(events.getKeys({ reverse: true })),
    find,
    copy,
    bytesOf(chunk) {
      const bytes = Buffer.allocUnsafe(chunk.size);
      copy(chunk, bytes, 0);
      return bytes;
    },
  };
};
