import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { RejectRow, Row } from '../row.ts';
import type { LoadBatch } from './destination.ts';

type Client = typeof import('@duckdb/node-api');
type Append<T> = (to: DuckDBAppender, row: T) => void;

interface Appends {
  readonly event: Append<Row>;
  readonly reject: Append<RejectRow>;
  readonly time: (to: DuckDBAppender, milliseconds: number | null) => void;
}

const text = (to: DuckDBAppender, value: string | null): void =>
  value === null ? to.appendNull() : to.appendVarchar(value);

/** Row by row measured twice as fast as whole column chunks: these cost a JavaScript array for each column. */
const createAppends = ({ DuckDBTimestampValue }: Client): Appends => {
  const time: Appends['time'] = (to, milliseconds) =>
    milliseconds === null
      ? to.appendNull()
      : to.appendTimestamp(new DuckDBTimestampValue(BigInt(milliseconds) * 1000n));

  return {
    time,
    event(to, row) {
      to.appendVarchar(row.message_id);
      to.appendVarchar(row.type);
      text(to, row.event);
      text(to, row.anonymous_id);
      text(to, row.server_visitor_id);
      text(to, row.user_id);
      text(to, row.session_id);
      if (row.sequence === null) to.appendNull();
      else to.appendBigInt(BigInt(row.sequence));
      text(to, row.phone);
      text(to, row.email);
      time(to, row.occurred_at);
      time(to, row.original_timestamp);
      time(to, row.sent_at);
      time(to, row.received_at);
      to.appendVarchar(row.source);
      to.appendVarchar(row.source_kind);
      text(to, row.library);
      text(to, row.ip);
      text(to, row.user_agent);
      text(to, row.bot);
      to.appendVarchar(row.payload.toString('utf8'));
      text(to, row.batch_context);
    },
    reject(to, row) {
      text(to, row.message_id);
      to.appendVarchar(row.source);
      to.appendVarchar(row.code);
      text(to, row.detail);
      time(to, row.received_at);
      to.appendBlob(row.payload);
    },
  };
};

/** Appends the rows and the batch id. The caller holds the transaction. */
export const appendBatch = async (
  client: Client,
  connection: DuckDBConnection,
  batch: LoadBatch,
): Promise<void> => {
  const appends = createAppends(client);

  const appendAll = async <T>(table: string, rows: readonly T[], append: Append<T>): Promise<void> => {
    if (rows.length === 0) return;
    const appender = await connection.createAppender(table);
    try {
      for (const row of rows) {
        append(appender, row);
        appender.appendVarchar(batch.id);
        appends.time(appender, batch.loadedAt);
        appender.endRow();
      }
      appender.flushSync();
    } finally {
      appender.closeSync();
    }
  };

  await appendAll('raw_events', batch.events, appends.event);
  await appendAll('raw_rejects', batch.rejects, appends.reject);
  await connection.run('INSERT INTO nitka_batches VALUES ($1, $2, $3, make_timestamp($4::BIGINT))', [
    batch.id,
    BigInt(batch.events.length),
    BigInt(batch.rejects.length),
    BigInt(batch.loadedAt) * 1000n,
  ]);
};
