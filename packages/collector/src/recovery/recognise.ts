import { isAccepted } from '../spool/chunk.ts';
import { subtract, union } from '../spool/ranges.ts';
import type { Range } from '../spool/ranges.ts';
import type { Spool } from '../spool/spool.ts';
import { readBatchId } from './covered.ts';

const isRefused = (batch: string): boolean => batch.endsWith('-rejected');

/** Entries that the destination refused, one by one: they are rejects, as they were before. */
const refuseAgain = (spool: Spool, name: string, [from, to]: Range): void => {
  for (const { first, chunk } of spool.read(from, to)) {
    const entry = chunk.entries[from - first];
    if (!entry || !isAccepted(entry)) continue;
    const { meta } = chunk;
    const { columns, payload } = entry;
    const counts = spool.ledger.editLoaded(meta.source, name);
    counts.loaded -= 1;
    counts.rejected += 1;
    spool.rejects.add({
      source: meta.source,
      code: 'destination_refused',
      detail: null,
      messageId: columns.messageId,
      receivedAt: meta.receivedAt,
      destination: name,
      entry: { sequence: from, meta, columns },
      payload,
    });
  }
};

/**
 * Moves a destination's cursor, and shortens its repairs, past what it has by its own word. Batches are loaded in order, so what it has
 * behind the cursor is in one piece. Gives the number of entries. Only inside a transaction.
 */
export const recogniseLoaded = (spool: Spool, name: string, batches: readonly string[]): number => {
  const head = spool.head();
  const own = batches.flatMap((id) => {
    const batch = readBatchId(id);
    return batch?.spool === spool.id ? [{ range: batch.range, refused: isRefused(id) }] : [];
  });
  const covered = union(own.map(({ range: [from, to] }): Range => [from, Math.min(to, head)]));
  const { next, ranges } = spool.cursor(name);
  const end = covered.find(([from, to]) => from <= next && next < to)?.[1] ?? next;
  const repairs = spool.repairs.list(name);
  const wanted = repairs.map(({ from, to }): Range => [from, to]);
  const left = subtract(wanted, covered);
  const found = [...subtract(wanted, left), ...(end > next ? [[next, end] as const] : [])];
  for (const [from, to] of found) {
    for (const [source, count] of spool.count(from, to))
      spool.ledger.editLoaded(source, name).loaded += count;
  }
  for (const { range, refused } of own) {
    if (refused && found.some(([from, to]) => from <= range[0] && range[1] <= to))
      refuseAgain(spool, name, range);
  }
  // A range that was fixed but is not there goes out under the new id: nothing has it.
  spool.saveCursor(name, { next: end, ranges: ranges.filter(([from]) => from >= end) });
  spool.repairs.save(
    name,
    left.map(([from, to]) => ({ from, to, fixed: false })),
  );
  return found.reduce((sum, [from, to]) => sum + to - from, 0);
};
