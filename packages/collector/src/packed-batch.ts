import type { LoadBatch } from './destinations/destination.ts';
import { toRows } from './row.ts';
import type { Rows } from './row.ts';
import { unpack } from './spool/packed.ts';
import type { Packed } from './spool/packed.ts';
import type { Range } from './spool/ranges.ts';

/** A batch of what lies in the spool. Its rows are made only for a destination that asks for them. */
export const packedBatch = (
  id: string,
  loadedAt: number,
  packed: Packed,
  [from, to]: Range,
): LoadBatch & { readonly packed: Packed } => {
  let rows: Rows | null = null;
  let rejects: Rows['rejects'] | null = null;
  const all = (): Rows => (rows ??= toRows(unpack(packed), from, to));
  const refused = (): Rows['rejects'] =>
    toRows(unpack({ ...packed, chunks: packed.chunks.filter(({ rejected }) => rejected > 0) }), from, to)
      .rejects;
  return {
    id,
    loadedAt,
    packed,
    get events() {
      return all().events;
    },
    get rejects() {
      return (rejects ??= rows ? rows.rejects : refused());
    },
  };
};
