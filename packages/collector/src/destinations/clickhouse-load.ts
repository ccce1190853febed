import type { ClickHouseSettings } from '@clickhouse/client';
import type { Clickhouse } from './clickhouse-client.ts';
import { encodeNative } from './clickhouse-pages.ts';
import { encodeRowBinary } from './clickhouse-rows.ts';
import { tables } from './columns.ts';
import type { TableName, TableRow } from './columns.ts';
import { DestinationError } from './destination.ts';
import type { LoadBatch } from './destination.ts';
import { packRows } from './pack-rows.ts';
import type { Row } from '../row.ts';
import type { Packed } from '../spool/packed.ts';

export interface LoadOptions {
  readonly database: string;
  readonly cluster?: string | undefined;
  readonly distributed: boolean;
  /** False for the first load on a connection and after a failure: an earlier attempt may have got through. */
  readonly fresh: boolean;
}

const insertSettings = (token: string, { cluster, distributed }: LoadOptions): ClickHouseSettings => ({
  insert_deduplicate: 1,
  insert_deduplication_token: token,
  async_insert: 0,
  wait_end_of_query: 1,
  // What is not of the column's type is refused, not converted.
  input_format_skip_unknown_fields: 0,
  input_format_native_allow_types_conversion: 0,
  input_format_null_as_default: 0,
  // One block, hence one part: an insert is there as a whole or not at all.
  max_insert_block_size: '1000000000',
  min_insert_block_size_rows: '1000000000',
  min_insert_block_size_bytes: '4000000000',
  ...(cluster !== undefined && { insert_quorum: 'auto' }),
  ...(distributed && { insert_distributed_sync: 1 }),
});

const packed = (rows: readonly Row[]): Packed[] => {
  try {
    return [packRows(rows)];
  } catch (error) {
    if (error instanceof RangeError) throw new DestinationError('poison', error.message, { cause: error });
    throw error;
  }
};

function* joined(first: Buffer, rest: Iterable<Buffer>): Generator<Buffer> {
  yield first;
  yield* rest;
}

/**
 * Loads the batch in three inserts: events, rejects, the batch's id. Each is recognised by its token when it comes again, however the
 * first attempt ended, as long as the table's window reaches back. Beyond it the rows themselves tell: those that carry the batch's id
 * are not sent again.
 */
export const loadClickhouse = async (
  server: Clickhouse,
  batch: LoadBatch,
  options: LoadOptions,
): Promise<void> => {
  const { database, fresh } = options;
  const { id } = batch;

  const known = async (table: TableName, columns: string): Promise<unknown[][]> =>
    server.rows(`SELECT ${columns} FROM ${database}.${table} WHERE batch_id = {id:String}`, { id });

  const insertInto = (table: TableName, format: string, body: Iterable<Buffer>): Promise<void> => {
    const names = tables[table].map(({ name }) => name).join(', ');
    const statement = `INSERT INTO ${database}.${table} (${names}) FORMAT ${format}`;
    return server.insert(statement, body, insertSettings(id, options));
  };

  const insertRows = async (table: TableName, rows: readonly object[]): Promise<void> => {
    if (rows.length === 0) return;
    function* filled(): Generator<TableRow> {
      for (const row of rows) yield { ...(row as TableRow), batch_id: id, loaded_at: batch.loadedAt };
    }
    await insertInto(table, 'RowBinaryWithNamesAndTypes', encodeRowBinary(tables[table], filled()));
  };

  /** Resolves with the number of rows. */
  const insertPages = async (pages: Iterable<Packed>): Promise<number> => {
    let events = 0;
    const blocks = encodeNative(pages, batch, (rows) => (events += rows));
    const first = blocks.next();
    if (first.done !== true) await insertInto('raw_events', 'Native', joined(first.value, blocks));
    return events;
  };

  /** Resolves with the number of events in the batch. */
  const insertEvents = async (): Promise<number> => {
    const there = new Set(
      fresh ? [] : (await known('raw_events', 'message_id')).map(([messageId]) => messageId),
    );
    if (there.size === 0) return insertPages(batch.pages?.() ?? packed(batch.events));
    const missing = batch.events.filter((row) => !there.has(row.message_id));
    if (missing.length > 0) await insertPages(packed(missing));
    return batch.events.length;
  };

  const missingRejects = async (): Promise<LoadBatch['rejects']> => {
    const [count] = await known('raw_rejects', 'count()');
    return Number(count?.[0]) < batch.rejects.length ? batch.rejects : [];
  };

  if ((await known('nitka_batches', '1')).length > 0) return;
  const events = await insertEvents();
  const rejects = fresh || batch.rejects.length === 0 ? batch.rejects : await missingRejects();
  await insertRows('raw_rejects', rejects);
  await insertRows('nitka_batches', [{ events, rejects: batch.rejects.length }]);
};
