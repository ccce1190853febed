import type { ClickHouseSettings } from '@clickhouse/client';
import type { Clickhouse } from './clickhouse-client.ts';
import { encodeRowBinary } from './clickhouse-rows.ts';
import { tables } from './columns.ts';
import type { TableName, TableRow } from './columns.ts';
import type { LoadBatch } from './destination.ts';
import type { Row } from '../row.ts';

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
  input_format_skip_unknown_fields: 0,
  // One block, hence one part: an insert is there as a whole or not at all.
  max_insert_block_size: '1000000000',
  min_insert_block_size_rows: '1000000000',
  min_insert_block_size_bytes: '4000000000',
  ...(cluster !== undefined && { insert_quorum: 'auto' }),
  ...(distributed && { insert_distributed_sync: 1 }),
});

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

  const insert = async (table: TableName, rows: readonly object[]): Promise<void> => {
    if (rows.length === 0) return;
    function* filled(): Generator<TableRow> {
      for (const row of rows) yield { ...(row as TableRow), batch_id: id, loaded_at: batch.loadedAt };
    }
    const statement = `INSERT INTO ${database}.${table} (${tables[table].map(({ name }) => name).join(', ')}) FORMAT RowBinaryWithNamesAndTypes`;
    await server.insert(statement, encodeRowBinary(tables[table], filled()), insertSettings(id, options));
  };

  const missingEvents = async (): Promise<readonly Row[]> => {
    const there = new Set((await known('raw_events', 'message_id')).map(([messageId]) => messageId));
    return there.size === 0 ? batch.events : batch.events.filter((row) => !there.has(row.message_id));
  };

  const missingRejects = async (): Promise<LoadBatch['rejects']> => {
    const [count] = await known('raw_rejects', 'count()');
    return Number(count?.[0]) < batch.rejects.length ? batch.rejects : [];
  };

  if ((await known('nitka_batches', '1')).length > 0) return;
  await insert('raw_events', fresh || batch.events.length === 0 ? batch.events : await missingEvents());
  await insert('raw_rejects', fresh || batch.rejects.length === 0 ? batch.rejects : await missingRejects());
  await insert('nitka_batches', [{ events: batch.events.length, rejects: batch.rejects.length }]);
};
