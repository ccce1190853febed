import type { QueryResult } from '../destinations/destination.ts';
import { quoted } from '../destinations/sql-text.ts';
import type { Range } from '../spool/ranges.ts';
import { union } from '../spool/ranges.ts';
import type { Spool } from '../spool/spool.ts';

/** Ids of one answer. */
const pageSize = 20_000;

/** What a batch's id says of its rows (forwarder.ts). */
const batchId = /^([0-9a-f-]{36})-(\d+)-(\d+)(?:-rejected)?$/;

export interface BatchRange {
  readonly spool: string;
  readonly range: Range;
}

export const readBatchId = (id: string): BatchRange | null => {
  const [, spool, from, to] = batchId.exec(id) ?? [];
  return spool === undefined ? null : { spool, range: [Number(from), Number(to)] };
};

/** Where each type of destination keeps the ids of its batches; a lake has no table of them, its files carry them. */
const batchesOf = (type: string): string =>
  type === 'parquet'
    ? 'SELECT DISTINCT batch_id FROM (SELECT batch_id FROM raw_events UNION ALL SELECT batch_id FROM raw_rejects)'
    : 'SELECT batch_id FROM nitka_batches';

export type Ask = (sql: string, limit: number) => Promise<QueryResult>;

/** The ids of every batch that a destination has of the spools, a page at a time. Throws NitkaError `query_failed` or `query_not_supported`. */
export const readBatches = async (
  ask: Ask,
  type: string,
  onPage?: (batches: number) => void,
): Promise<string[]> => {
  const found: string[] = [];
  for (;;) {
    // Only ids of our own making are put into the text.
    const last = found.at(-1) ?? '';
    const sql = `SELECT batch_id FROM (${batchesOf(type)}) AS b WHERE batch_id > ${quoted(last)} ORDER BY batch_id LIMIT ${pageSize}`;
    const { rows } = await ask(sql, pageSize);
    for (const [id] of rows) found.push(String(id));
    onPage?.(found.length);
    if (rows.length < pageSize) return found;
  }
};

/** The entries that these batches hold, of the spool as it is and of those that it was restored from. */
export const coveredBy = (
  batches: readonly string[],
  { id, earlierIds }: Pick<Spool, 'id' | 'earlierIds'>,
): Range[] => {
  const ends = new Map([
    [id, Number.MAX_SAFE_INTEGER],
    ...earlierIds.map((each) => [each.id, each.until] as const),
  ]);
  return union(
    batches.flatMap((text): Range[] => {
      const batch = readBatchId(text);
      const end = batch && ends.get(batch.spool);
      return batch && end !== undefined && end !== null
        ? [[batch.range[0], Math.min(batch.range[1], end)]]
        : [];
    }),
  );
};
