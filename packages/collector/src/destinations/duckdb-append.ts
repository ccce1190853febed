import { isUtf8 } from 'node:buffer';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RejectRow } from '../row.ts';
import type { Packed } from '../spool/packed.ts';
import type { LoadBatch } from './destination.ts';
import { appendEvents } from './duckdb-rows.ts';
import { createVectors } from './duckdb-vectors.ts';
import { importClient } from './options.ts';
import { packRows } from './pack-rows.ts';

/** The package and the native functions below it, which take whole columns. */
export interface DuckdbClient {
  readonly api: typeof import('@duckdb/node-api');
  readonly bindings: typeof import('@duckdb/node-bindings');
}

/** @throws NitkaError `destination_client_missing` */
export const importDuckdb = async (): Promise<DuckdbClient> => {
  const api = await importClient('@duckdb/node-api', () => import('@duckdb/node-api'));
  // CommonJS: the types know only the names, Node only the default.
  const found: unknown = await importClient('@duckdb/node-bindings', () => import('@duckdb/node-bindings'));
  return { api, bindings: (found as { default: DuckdbClient['bindings'] }).default };
};

/** Rows that do not come from the spool may have payloads that nobody has looked at. */
const pagesOf = (batch: LoadBatch): Iterable<Packed> =>
  batch.pages?.() ?? [
    packRows(
      batch.events.map((row) =>
        isUtf8(row.payload) ? row : { ...row, payload: Buffer.from(row.payload.toString('utf8')) },
      ),
    ),
  ];

/** Few, with bytes of any kind: row by row. */
const appendRejects = async (
  { DuckDBTimestampValue }: DuckdbClient['api'],
  connection: DuckDBConnection,
  { id, rejects, loadedAt }: LoadBatch,
): Promise<void> => {
  if (rejects.length === 0) return;
  const appender = await connection.createAppender('raw_rejects');
  const text = (value: string | null): void =>
    value === null ? appender.appendNull() : appender.appendVarchar(value);
  const time = (milliseconds: number): void =>
    appender.appendTimestamp(new DuckDBTimestampValue(BigInt(milliseconds) * 1000n));
  const append = (row: RejectRow): void => {
    text(row.message_id);
    text(row.source);
    text(row.code);
    text(row.detail);
    time(row.received_at);
    appender.appendBlob(row.payload);
    text(id);
    time(loadedAt);
    appender.endRow();
  };
  try {
    for (const row of rejects) append(row);
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
};

/** The appender keeps a copy of what it was given until it is flushed. */
const flushBytes = 4 * 1024 * 1024;

/** Events, and the bytes that they came in. */
export interface BatchSize {
  readonly rows: number;
  readonly bytes: number;
}

export const noRows: BatchSize = { rows: 0, bytes: 0 };

/** Appends the rows and the batch id. The caller holds the transaction. */
export const appendBatch = async (
  { api, bindings }: DuckdbClient,
  connection: DuckDBConnection,
  batch: LoadBatch,
): Promise<BatchSize> => {
  const vectors = createVectors(bindings, connection, 'raw_events');
  let rows = 0;
  let bytes = 0;
  let unflushed = 0;
  try {
    for (const page of pagesOf(batch)) {
      rows += appendEvents(vectors, page, batch);
      bytes += page.bytes.length;
      unflushed += page.bytes.length;
      if (unflushed < flushBytes) continue;
      vectors.flush();
      unflushed = 0;
    }
    vectors.flush();
  } finally {
    vectors.close();
  }
  await appendRejects(api, connection, batch);
  await connection.run('INSERT INTO nitka_batches VALUES ($1, $2, $3, make_timestamp($4::BIGINT))', [
    batch.id,
    BigInt(rows),
    BigInt(batch.rejects.length),
    BigInt(batch.loadedAt) * 1000n,
  ]);
  return { rows, bytes };
};
