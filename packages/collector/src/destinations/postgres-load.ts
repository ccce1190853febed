import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { tables } from './columns.ts';
import type { TableRow } from './columns.ts';
import type { LoadBatch } from './destination.ts';
import { encodeCopy } from './postgres-copy.ts';

type CopyFrom = typeof import('pg-copy-streams').from;

const listOf = (table: 'raw_events' | 'raw_rejects', prefix = ''): string =>
  tables[table].map(({ name }) => `${prefix}${name}`).join(', ');

/** Personal data stands in the rows: PostgreSQL's own words about them (DETAIL) are not asked for. */
const stage = async (
  client: Client,
  copyFrom: CopyFrom,
  table: 'raw_events' | 'raw_rejects',
  rows: Iterable<TableRow>,
): Promise<void> => {
  const into = client.query(
    copyFrom(`COPY nitka_${table} (${listOf(table)}) FROM STDIN WITH (FORMAT binary)`),
  );
  await pipeline(Readable.from(encodeCopy(tables[table], rows)), into);
};

function* withBatch(rows: Iterable<object>, { id, loadedAt }: LoadBatch): Generator<TableRow> {
  for (const row of rows) yield { ...(row as TableRow), batch_id: id, loaded_at: loadedAt };
}

/** A message id twice in one batch would get past the anti-join, which sees the table only. */
const firstOfEach = (events: LoadBatch['events']): LoadBatch['events'] => {
  const seen = new Set<string>();
  return events.filter(({ message_id: id }) => !seen.has(id) && seen.add(id));
};

/**
 * Loads the batch in one transaction. Loads of several collectors take turns by the lock on the small table, so that the anti-join
 * sees all that is there; whoever only reads is not held up, nor is the vacuum of raw_events.
 */
export const loadPostgres = async (
  client: Client,
  copyFrom: CopyFrom,
  schema: string,
  batch: LoadBatch,
): Promise<void> => {
  const known = await client.query(`SELECT 1 FROM ${schema}.nitka_batches WHERE batch_id = $1`, [batch.id]);
  if (known.rowCount !== 0) return;
  await client.query('BEGIN');
  try {
    const { events, rejects } = batch;
    if (events.length > 0) await stage(client, copyFrom, 'raw_events', withBatch(firstOfEach(events), batch));
    if (rejects.length > 0) await stage(client, copyFrom, 'raw_rejects', withBatch(rejects, batch));
    await client.query(`LOCK TABLE ${schema}.nitka_batches IN SHARE ROW EXCLUSIVE MODE`);
    const taken = await client.query(
      `INSERT INTO ${schema}.nitka_batches (batch_id, events, rejects, loaded_at)
       SELECT $1::text, $2::bigint, $3::bigint, timestamp with time zone 'epoch' + $4::float8 * interval '1 millisecond'
       WHERE NOT EXISTS (SELECT 1 FROM ${schema}.nitka_batches WHERE batch_id = $1::text)`,
      [batch.id, events.length, rejects.length, batch.loadedAt],
    );
    if (taken.rowCount !== 0) {
      await client.query(
        `INSERT INTO ${schema}.raw_events (${listOf('raw_events')}) SELECT ${listOf('raw_events', 's.')} FROM nitka_raw_events s
         WHERE NOT EXISTS (SELECT 1 FROM ${schema}.raw_events r WHERE r.message_id = s.message_id)`,
      );
      const columns = listOf('raw_rejects');
      await client.query(
        `INSERT INTO ${schema}.raw_rejects (${columns}) SELECT ${columns} FROM nitka_raw_rejects`,
      );
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
};
