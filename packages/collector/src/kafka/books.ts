import type { PlacedChunk } from './spool-reader.ts';
import { isAccepted } from '../spool/chunk.ts';

/** What became of the events of one source in one partition at one destination. */
export interface PartitionCounts {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly loaded: number;
}

/** By source. Kept with the cursor, so that both move in one step. */
export type PartitionBooks = Readonly<Record<string, PartitionCounts>>;

const nothing: PartitionCounts = { accepted: 0, duplicate: 0, rejected: 0, loaded: 0 };

const addTo = (books: PartitionBooks, source: string, counts: Partial<PartitionCounts>): PartitionBooks => {
  const before = books[source] ?? nothing;
  const after = {
    accepted: before.accepted + (counts.accepted ?? 0),
    duplicate: before.duplicate + (counts.duplicate ?? 0),
    rejected: before.rejected + (counts.rejected ?? 0),
    loaded: before.loaded + (counts.loaded ?? 0),
  };
  return { ...books, [source]: after };
};

export const addBooks = (books: PartitionBooks, more: PartitionBooks): PartitionBooks =>
  Object.entries(more).reduce((sum, [source, counts]) => addTo(sum, source, counts), books);

/** What chunks hold, as it was accepted. */
export const countAccepted = (chunks: readonly PlacedChunk[], from: number, to: number): PartitionBooks => {
  let books: PartitionBooks = {};
  for (const { first, chunk } of chunks) {
    const own = chunk.entries.filter((_, at) => first + at >= from && first + at < to);
    if (own.length > 0) books = addTo(books, chunk.meta.source, { accepted: own.length });
  }
  return books;
};

/** Rows that were loaded, by their source. */
export const countRows = (
  rows: Iterable<{ readonly source: string }>,
  as: keyof PartitionCounts,
): PartitionBooks => {
  let books: PartitionBooks = {};
  for (const { source } of rows) books = addTo(books, source, { [as]: 1 });
  return books;
};

/** The range without repeats: each messageId where it was first, as the index knows. */
export const withoutRepeats = (
  chunks: readonly PlacedChunk[],
  [from, to]: readonly [number, number],
  isFirst: (messageId: string, sequence: number) => boolean,
): { readonly chunks: PlacedChunk[]; readonly repeats: PartitionBooks } => {
  let repeats: PartitionBooks = {};
  const kept = chunks.map(({ first, chunk, ...rest }): PlacedChunk => {
    const entries = chunk.entries.filter((entry, at) => {
      const sequence = first + at;
      if (sequence < from || sequence >= to) return false;
      if (!isAccepted(entry) || isFirst(entry.columns.messageId, sequence)) return true;
      repeats = addTo(repeats, chunk.meta.source, { duplicate: 1 });
      return false;
    });
    return { ...rest, first, chunk: { meta: chunk.meta, entries } };
  });
  return { chunks: kept, repeats };
};
