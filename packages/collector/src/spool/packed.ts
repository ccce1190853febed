import { chunkIsWhole, decodeChunk, readChunkHead } from './chunk.ts';
import type { Range } from './ranges.ts';
import type { SpoolChunk } from './spool.ts';
import type { StoredChunk, StoredChunks } from './stored-chunks.ts';

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

const makeRoom = (arena: Arena, used: number, more: number): void => {
  if (used + more <= arena.bytes.length) return;
  const larger = Buffer.allocUnsafeSlow(aligned(Math.max(arena.bytes.length * 1.5, used + more)));
  arena.bytes.copy(larger, 0, 0, used);
  arena.bytes = larger;
};

interface Packable {
  readonly key: number;
  readonly size: number;
  readonly head: { readonly accepted: number; readonly rejected: number };
}

const packFrom = <C extends Packable>(
  chunks: Iterable<C>,
  [from, to]: Range,
  arena: Arena,
  copy: (chunk: C, target: Buffer, at: number) => void,
): Packed => {
  const packed: PackedChunk[] = [];
  let end = 0;
  for (const chunk of chunks) {
    const { key, size, head } = chunk;
    const count = head.accepted + head.rejected;
    if (key + count <= from || key >= to) continue;
    makeRoom(arena, end, size);
    copy(chunk, arena.bytes, end);
    const inside = { from: Math.max(from - key, 0), to: Math.min(to - key, count) };
    packed.push({ first: key, start: end, end: end + size, rejected: head.rejected, ...inside });
    end = aligned(end + size);
  }
  return { bytes: arena.bytes.subarray(0, end), chunks: packed };
};

/** Puts chunks that are in memory into the arena, whole. */
export const pack = (
  chunks: readonly { readonly key: number; readonly value: Buffer }[],
  range: Range,
  arena: Arena,
): Packed =>
  packFrom(
    chunks.map(({ key, value }) => ({ key, value, size: value.length, head: readChunkHead(value) })),
    range,
    arena,
    ({ value }, target, at) => target.set(value, at),
  );

/** What is read of a range. */
export interface PageOptions {
  /** Where each page is put: the one before is gone then. */
  readonly arena: Arena;
  /** A page ends before the chunk that does not fit into so many bytes any more. @default all in one page */
  readonly pageBytes?: number;
  /** Only chunks with rejects in them. @default false */
  readonly rejectedOnly?: boolean;
}

/** The chunks that hold entries from `from` to before `to`, page by page. Throws if one is not as it was written. */
export function* readPages(
  { walk, copy }: StoredChunks,
  [from, to]: Range,
  { arena, pageBytes = Infinity, rejectedOnly = false }: PageOptions,
): Generator<Packed, void, undefined> {
  let next = from;
  /** Ends with its page, so that nobody has to take the next one in the same turn of the event loop. */
  function* page(): Generator<StoredChunk, void, undefined> {
    let size = 0;
    for (const chunk of walk(next, to)) {
      if (size > 0 && size + chunk.size > pageBytes) return;
      next = chunk.key + chunk.count;
      if (next <= from || (rejectedOnly && chunk.head.rejected === 0)) continue;
      size += chunk.size;
      yield chunk;
    }
    next = to;
  }
  while (next < to) {
    const packed = packFrom(page(), [from, to], arena, copy);
    for (const { first, start, end } of packed.chunks) {
      if (!chunkIsWhole(packed.bytes.subarray(start, end)))
        throw new Error(`the spool's chunk ${first} has changed on disk`);
    }
    if (packed.chunks.length > 0) yield packed;
  }
}

export const unpack = ({ bytes, chunks }: Packed): SpoolChunk[] =>
  chunks.map(({ first, start, end }) => ({ first, chunk: decodeChunk(bytes.subarray(start, end)) }));
