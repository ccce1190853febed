import type { Database } from 'lmdb';
import { chunkIsWhole, decodeChunk, readChunkHead } from './chunk.ts';
import { at, recordStart } from './chunk-layout.ts';
import type { SpoolChunk } from './spool.ts';

/** One chunk, or a part of its entries, among others. */
export interface PackedChunk {
  /** Sequence number of its first entry. */
  readonly first: number;
  /** Where its bytes begin and end. */
  readonly start: number;
  readonly end: number;
  /** The entries that are meant: indexes, `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** How many of its entries, meant or not, are rejects. */
  readonly rejected: number;
}

/** Entries as they lie in the spool. */
export interface Packed {
  /** Chunks one after the other, each at a multiple of 8. */
  readonly bytes: Buffer;
  readonly chunks: readonly PackedChunk[];
}

/** A buffer that is used again: what was read into it before is gone. */
export interface Arena {
  bytes: Buffer;
}

export const createArena = (): Arena => ({ bytes: Buffer.alloc(0) });

const aligned = (size: number): number => (size + 7) & ~7;

const append = (arena: Arena, end: number, value: Uint8Array): void => {
  if (end + value.length > arena.bytes.length) {
    const larger = Buffer.allocUnsafeSlow(aligned(Math.max(arena.bytes.length * 1.5, end + value.length)));
    arena.bytes.copy(larger, 0, 0, end);
    arena.bytes = larger;
  }
  arena.bytes.set(value, end);
};

/** Puts chunks into the arena, whole. */
export const pack = (
  chunks: Iterable<{ readonly key: number; readonly value: Buffer }>,
  [from, to]: readonly [number, number],
  arena: Arena,
): Packed => {
  const packed: PackedChunk[] = [];
  let end = 0;
  for (const { key, value } of chunks) {
    const { accepted, rejected } = readChunkHead(value);
    const count = accepted + rejected;
    if (key + count <= from || key >= to) continue;
    append(arena, end, value);
    const inside = { from: Math.max(from - key, 0), to: Math.min(to - key, count) };
    packed.push({ first: key, start: end, end: end + value.length, rejected, ...inside });
    end = aligned(end + value.length);
  }
  return { bytes: arena.bytes.subarray(0, end), chunks: packed };
};

/** The chunks that hold entries from `from` to before `to`. Throws if one is not as it was written. */
export const readPacked = (
  events: Database<Buffer, number>,
  [from, to]: readonly [number, number],
  arena: Arena,
): Packed => {
  let start = from;
  for (const key of events.getKeys({ start: from, reverse: true, limit: 1 })) start = key;
  const packed = pack(events.getRange({ start, end: to }), [from, to], arena);
  for (const chunk of packed.chunks) {
    if (!chunkIsWhole(packed.bytes.subarray(chunk.start, chunk.end)))
      throw new Error(`the spool's chunk ${chunk.first} has changed on disk`);
  }
  return packed;
};

export const unpack = ({ bytes, chunks }: Packed): SpoolChunk[] =>
  chunks.map(({ first, start, end }) => ({ first, chunk: decodeChunk(bytes.subarray(start, end)) }));

/** How many of the entries are events, by source. */
export const countEvents = ({ bytes, chunks }: Packed): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { start, end, from, to } of chunks) {
    let events = 0;
    for (let index = from; index < to; index += 1)
      if (bytes.readUInt32LE(start + recordStart(index) + at.state) === 0) events += 1;
    const { source } = readChunkHead(bytes.subarray(start, end));
    if (events > 0) counts.set(source, (counts.get(source) ?? 0) + events);
  }
  return counts;
};
