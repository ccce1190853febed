import type { LoadBatch } from './destinations/destination.ts';
import { toRows } from './row.ts';
import type { Rows } from './row.ts';
import { createArena, unpack } from './spool/packed.ts';
import type { Arena, Packed, PageOptions } from './spool/packed.ts';
import type { Range } from './spool/ranges.ts';
import type { Spool } from './spool/spool.ts';

/** Used again for each batch. */
export interface Arenas {
  readonly pages: Arena;
  readonly rows: Arena;
}

export const createArenas = (): Arenas => ({ pages: createArena(), rows: createArena() });

/** A few thousand entries: memory does not grow with the size of a load. */
const pageBytes = 2 * 1024 * 1024;

/**
 * A batch of what lies in the spool. A destination that takes pages gets one after the other in the same memory; rows are made only for
 * one that asks for them.
 */
export const packedBatch = (
  id: string,
  loadedAt: number,
  { spool, arenas }: { readonly spool: Pick<Spool, 'readPages'>; readonly arenas: Arenas },
  range: Range,
): LoadBatch & { pages(): Iterable<Packed> } => {
  let rows: Rows | null = null;
  let rejects: Rows['rejects'] | null = null;
  const rowsOf = (options: PageOptions): Rows =>
    toRows([...spool.readPages(range, options)].flatMap(unpack), ...range);
  const all = (): Rows => (rows ??= rowsOf({ arena: arenas.rows }));
  return {
    id,
    loadedAt,
    pages: () => spool.readPages(range, { arena: arenas.pages, pageBytes }),
    get events() {
      return all().events;
    },
    get rejects() {
      return (rejects ??= rows ? rows.rejects : rowsOf({ arena: createArena(), rejectedOnly: true }).rejects);
    },
  };
};
