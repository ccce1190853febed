import type { Range } from './spool/ranges.ts';
import type { Spool } from './spool/spool.ts';

/**
 * Where ranges wait that were fixed before they are sent: the cursor, or the repairs. Each step is on disk before the next one is taken.
 */
export interface FixedRanges {
  /** The first range is settled. */
  done(range: Range, books: () => void): Promise<void>;
  /** The first range goes out as these. */
  split(parts: readonly Range[]): Promise<void>;
}

/** What a destination gets again. The list is read inside the transaction: a command may be adding to its end. */
export const createRepairRanges = (spool: Spool, name: string, allNames: readonly string[]): FixedRanges => ({
  async done(_range, books) {
    await spool.transact(() => {
      spool.repairs.save(name, spool.repairs.list(name).slice(1));
      books();
      spool.release(allNames);
    });
  },
  async split(parts) {
    await spool.transact(() => {
      const fixed = parts.map(([from, to]) => ({ from, to, fixed: true }));
      spool.repairs.save(name, [...fixed, ...spool.repairs.list(name).slice(1)]);
    });
  },
});

/** Beside the ranges of its cursor. */
const noteOf = (name: string): string => `again:${name}`;

/**
 * The next batch of what a destination gets again, made as large as fits into one; null if there is nothing.
 *
 * @param extent The end of a batch from a sequence number on.
 */
export const nextRepair = async (
  spool: Spool,
  name: string,
  extent: (from: number) => number | null,
): Promise<Range | null> => {
  const [repair] = spool.repairs.list(name);
  if (!repair) return null;
  const { from, to } = repair;
  if (repair.fixed) return [from, to];
  // Where the index has gone back to before it was fixed: loads may have another size now.
  const [noted] = spool.rangeNotes.read(noteOf(name));
  const end = Math.min((noted?.[0] === from ? noted[1] : extent(from)) ?? to, to);
  await spool.transact(() => {
    const rest = end < to ? [{ from: end, to, fixed: false }] : [];
    const others = spool.repairs.list(name).slice(1);
    spool.repairs.save(name, [{ from, to: end, fixed: true }, ...rest, ...others]);
  });
  spool.rangeNotes.write(noteOf(name), [[from, end]]);
  return [from, end];
};
