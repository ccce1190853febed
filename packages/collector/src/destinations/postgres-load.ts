import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { tables } from './columns.ts';
import type { TableRow } from './columns.ts';
import { DestinationError } from './destination.ts';
import type { LoadBatch } from './destination.ts';
import { encodeCopy } from './postgres-copy.ts';
import { encodePages } from './postgres-pages.ts';

type CopyFrom = typeof import('pg-copy-streams').from;
type RawTable = 'raw_events' | 'raw_rejects';

export interface PostgresLoad {
  readonly client: Client;
  readonly copyFrom: CopyFrom;
  readonly schema: string;
  readonly greenplum: boolean;
  readonly guard: Guard;
}

/** What keeps a second row of a message out: a unique index of the rows, one of `nitka_message_ids`, or nothing but the load itself. */
export type Guard = 'rows' | 'ids' | 'none';

const listOf = (table: RawTable, prefix = ''): string =>
  tables[table].map(({ name }) => `${prefix}${name}`).join(', ');

/** Resolves with the number of rows. Personal data stands in them: PostgreSQL's own words about them (DETAIL) are not asked for. */
const copy = async (
  { client, copyFrom }: PostgresLoad,
  table: RawTable,
  into: string,
  bytes: Iterable<Buffer>,
): Promise<number> => {
  const stream = client.query(copyFrom(`COPY ${into} (${listOf(table)}) FROM STDIN WITH (FORMAT binary)`));
  await pipeline(Readable.from(bytes), stream);
  return stream.rowCount;
};

function* filled(rows: Iterable<object>, { id, loadedAt }: LoadBatch): Generator<TableRow> {
  for (const row of rows) yield { ...(row as TableRow), batch_id: id, loaded_at: loadedAt };
}

const encodeRows = (table: RawTable, rows: Iterable<object>, batch: LoadBatch): Generator<Buffer> =>
  encodeCopy(tables[table], filled(rows, batch));

/** A message id twice in one batch would get past the anti-join, which sees the table only. */
const firstOfEach = (events: LoadBatch['events']): LoadBatch['events'] => {
  const seen = new Set<string>();
  return events.filter(({ message_id: id }) => !seen.has(id) && seen.add(id));
};

const inTransaction = async (client: Client, work: () => Promise<void>): Promise<void> => {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
};

/** True if a load of this id was committed. */
export const isLoaded = async ({ client, schema }: PostgresLoad, { id }: LoadBatch): Promise<boolean> =>
  (await client.query(`SELECT 1 FROM ${schema}.nitka_batches WHERE batch_id = $1`, [id])).rowCount !== 0;

/** False if another writer has committed this batch meanwhile. */
const takeBatch = async (
  { client, schema }: PostgresLoad,
  batch: LoadBatch,
  events: number,
): Promise<boolean> => {
  const taken = await client.query(
    `INSERT INTO ${schema}.nitka_batches (batch_id, events, rejects, loaded_at)
     SELECT $1::text, $2::bigint, $3::bigint, timestamp with time zone 'epoch' + $4::float8 * interval '1 millisecond'
     WHERE NOT EXISTS (SELECT 1 FROM ${schema}.nitka_batches WHERE batch_id = $1::text)`,
    [batch.id, events, batch.rejects.length, batch.loadedAt],
  );
  return taken.rowCount !== 0;
};

/** `rows` only if a second batch of an id is kept out, too. */
export const findGuard = async (client: Client, schema: string): Promise<Guard> => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
     WHERE n.nspname = $1 AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnatts = 1
     AND ((c.relname IN ('raw_events', 'nitka_message_ids') AND a.attname = 'message_id')
       OR (c.relname = 'nitka_batches' AND a.attname = 'batch_id'))`,
    [schema],
  );
  const guarded = new Set(rows.map(({ name }) => name));
  if (guarded.has('raw_events') && guarded.has('nitka_batches')) return 'rows';
  return guarded.has('nitka_message_ids') ? 'ids' : 'none';
};

/** Another load has one of the rows: the failure of {@link loadDirectly} that {@link loadStaged} gets past. */
export const isClash = (error: unknown): boolean =>
  // unique_violation; deadlock_detected, when two loads have rows of each other.
  ['23505', '40P01'].includes(String((error as { code?: unknown } | null)?.code));

/**
 * Rows go straight into the tables, and unique indexes watch over them: a message that is there already makes all of it fail. The lock
 * lets others load at the same time, but nobody who stages or erases. In Greenplum such loads take turns, too: two that wait for each
 * other on different segments are found by its global deadlock detector alone, which is off unless set.
 */
export const loadDirectly = (to: PostgresLoad, batch: LoadBatch): Promise<void> =>
  inTransaction(to.client, async () => {
    const { client, schema, greenplum } = to;
    const turns = greenplum ? 'SHARE ROW EXCLUSIVE' : 'ROW EXCLUSIVE';
    await client.query(`LOCK TABLE ${schema}.nitka_batches IN ${turns} MODE`);
    const rows = batch.pages
      ? encodePages(batch.pages(), batch)
      : encodeRows('raw_events', batch.events, batch);
    const events = await copy(to, 'raw_events', `${schema}.raw_events`, rows);
    if (batch.rejects.length > 0)
      await copy(to, 'raw_rejects', `${schema}.raw_rejects`, encodeRows('raw_rejects', batch.rejects, batch));
    if (!(await takeBatch(to, batch, events)))
      throw new DestinationError('temporary', 'another connection has loaded the same batch');
  });

/**
 * Left alone, Greenplum reads all of the table at each load: nested loops are off there, and the costs of a random page high. ORCA, its
 * other optimizer, has none for an anti-join.
 */
const askTheIndex =
  'SET LOCAL optimizer = off; SET LOCAL enable_nestloop = on; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off';

/**
 * Rows go into tables of the session's own, and from there those that are missing into the others. Loads of this kind take turns by the
 * lock on the small table, so that the anti-join sees all that is there; whoever only reads is not held up, nor is the vacuum of raw_events.
 */
export const loadStaged = (to: PostgresLoad, batch: LoadBatch): Promise<void> =>
  inTransaction(to.client, async () => {
    const { client, schema, greenplum, guard } = to;
    const { events, rejects } = batch;
    if (events.length > 0)
      await copy(to, 'raw_events', 'nitka_raw_events', encodeRows('raw_events', firstOfEach(events), batch));
    if (rejects.length > 0)
      await copy(to, 'raw_rejects', 'nitka_raw_rejects', encodeRows('raw_rejects', rejects, batch));
    await client.query(`LOCK TABLE ${schema}.nitka_batches IN SHARE ROW EXCLUSIVE MODE`);
    if (!(await takeBatch(to, batch, events.length))) return;
    if (greenplum && guard !== 'none') await client.query(askTheIndex);
    const known = guard === 'ids' ? 'nitka_message_ids' : 'raw_events';
    const missing = `FROM nitka_raw_events s WHERE NOT EXISTS (SELECT 1 FROM ${schema}.${known} r WHERE r.message_id = s.message_id)`;
    await client.query(
      `INSERT INTO ${schema}.raw_events (${listOf('raw_events')}) SELECT ${listOf('raw_events', 's.')} ${missing}`,
    );
    if (guard === 'ids')
      await client.query(
        `INSERT INTO ${schema}.nitka_message_ids (message_id) SELECT s.message_id ${missing}`,
      );
    const columns = listOf('raw_rejects');
    await client.query(
      `INSERT INTO ${schema}.raw_rejects (${columns}) SELECT ${columns} FROM nitka_raw_rejects`,
    );
  });
