import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it, onTestFinished } from 'vitest';
import type { Destination, LoadBatch } from '../../src/destinations/destination.ts';
import { createDuckdb } from '../../src/destinations/duckdb.ts';
import { destinationConformance, row } from '../destinations.conformance.ts';
import { temporaryFolder } from '../support/collector.ts';
import { expectSegmentShape, propertyOf } from '../support/segment-shape.ts';
import { expectViewsOfAnyPayload } from '../support/views.ts';

const times = ['occurred_at', 'original_timestamp', 'sent_at', 'received_at', 'loaded_at'];

const read = async (destination: Destination, table: string): Promise<Record<string, unknown>[]> => {
  const columns = table === 'raw_events' ? times : ['received_at', 'loaded_at'];
  const numbers = columns.map((column) => `epoch_ms(${column}) AS ${column}`).join(', ');
  const sql = `SELECT * REPLACE (${numbers}) FROM ${table} ORDER BY length(message_id), message_id`;
  const { columns: names, rows } = await destination.query!(sql, 100_000);
  const numeric = new Set([...times, 'sequence']);
  return rows.map((values) =>
    Object.fromEntries(
      names.map((name, at) => [
        name,
        numeric.has(name) && values[at] !== null ? Number(values[at]) : values[at],
      ]),
    ),
  );
};

const change = async (file: string, sql: string): Promise<void> => {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
};

destinationConformance('duckdb', {
  newState: async () => join(temporaryFolder(), 'w.duckdb'),
  open: (path) => createDuckdb({ type: 'duckdb', path }, { dataDir: '/nowhere' }),
  read,
  dropColumn: (path) =>
    change(
      path,
      `DROP VIEW tracks; DROP VIEW pages; DROP VIEW screens; DROP VIEW identifies; DROP VIEW groups; DROP VIEW aliases;
       ALTER TABLE raw_events DROP COLUMN bot`,
    ),
});

it('cannot be asked to read or write files, or to change settings', async () => {
  const folder = temporaryFolder();
  const destination = await createDuckdb({ path: join(folder, 'w.duckdb') }, { dataDir: folder });
  await destination.open();
  await destination.load({ id: 'b', events: [row('m')], rejects: [], loadedAt: 1 });
  const attempts = [
    `COPY raw_events TO '${join(folder, 'out.csv')}'`,
    "SELECT * FROM read_text('/etc/passwd')",
    `ATTACH '${join(folder, 'other.duckdb')}'`,
    'SET enable_external_access = true',
    'CHECKPOINT',
  ];
  for (const sql of attempts)
    await expect(destination.query!(sql, 10)).rejects.toMatchObject({ code: 'query_failed' });
  await destination.close();
});

it('names the faults of its options', async () => {
  await expect(
    createDuckdb({ type: 'duckdb', memoryLimit: 'lots', thread: 2 }, { dataDir: '.' }),
  ).rejects.toMatchObject({
    code: 'config_invalid',
    detail: expect.stringMatching(/memoryLimit.*[\s\S]*thread|thread[\s\S]*memoryLimit/),
  });
});

it('has views that any payload goes through', async () => {
  const folder = temporaryFolder();
  await expectViewsOfAnyPayload(await createDuckdb({ path: join(folder, 'w.duckdb') }, { dataDir: folder }));
});

it('has views with the columns of Segment and RudderStack', async () => {
  const folder = temporaryFolder();
  const destination = await createDuckdb({ path: join(folder, 'w.duckdb') }, { dataDir: folder });
  await destination.open();
  await expectSegmentShape(destination, propertyOf.duckdb);
  await destination.close();
});

it('makes its views anew at each start, and leaves a table that has the name of one alone', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'w.duckdb');
  const destination = await createDuckdb({ path }, { dataDir: folder });
  await destination.open();
  await destination.close();
  await change(
    path,
    "CREATE OR REPLACE VIEW pages AS SELECT 1 AS one; DROP VIEW users; CREATE TABLE users AS SELECT 'anna' AS login",
  );
  await destination.open();
  expect((await destination.query!('SELECT id, url FROM pages', 9)).rows).toEqual([]);
  expect((await destination.query!('SELECT login FROM users', 9)).rows).toEqual([['anna']]);
  await destination.close();
});

it('answers what does not fit into its memory by a folder beside the file', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'w.duckdb');
  const destination = await createDuckdb({ path, memoryLimit: '48MB' }, { dataDir: folder });
  await destination.open();
  const sql = `SELECT current_setting('temp_directory') AS folder, count(*) AS n
    FROM (SELECT range AS a, hash(range) AS b FROM range(4000000) ORDER BY b LIMIT 3500000)`;
  expect((await destination.query!(sql, 9)).rows).toEqual([[`${path}.tmp`, '3500000']]);
  await destination.close();
});

const openDuckdb = async (memoryLimit = '64MB'): Promise<Destination> => {
  const folder = temporaryFolder();
  const destination = await createDuckdb(
    { path: join(folder, 'w.duckdb'), memoryLimit },
    { dataDir: folder },
  );
  onTestFinished(() => destination.close());
  await destination.open();
  return destination;
};

/** Rows with random text, which nothing makes smaller. */
const randomBatch = (id: string, rows: number, bytes: number): LoadBatch => {
  const events = Array.from({ length: rows }, (_, at) => {
    const text = randomBytes(bytes * 0.75).toString('base64');
    return { ...row(`${id}-${at}`), payload: Buffer.from(JSON.stringify({ text })) };
  });
  return { id, events, rejects: [], loadedAt: 1 };
};

/** How many row groups the table has after so many loads, how many rows, and what all of the text comes to. */
const loadRandom = async (loads: number, rows: number, bytes: number): Promise<readonly unknown[]> => {
  const destination = await openDuckdb();
  for (let load = 0; load < loads; load += 1) await destination.load(randomBatch(`b${load}`, rows, bytes));
  const sql = `SELECT (SELECT count(DISTINCT row_group_id)::INTEGER FROM pragma_storage_info('raw_events')),
    (SELECT count(*)::INTEGER FROM raw_events), (SELECT (sum(length(payload)) / 1e6)::INTEGER FROM raw_events)`;
  return (await destination.query!(sql, 1)).rows[0]!;
};

it('loads rows of which 2,048 do not fit into its memory, and reads them', async () => {
  // 120 MB, of which 2,048 rows would be 61.
  expect(await loadRandom(8, 500, 30_000)).toEqual([8, 4000, 120]);
});

it('reads rows that are large after a process was killed again and again', async () => {
  // What a kill leaves: the file, and the log beside it, as they are on the disk at that moment.
  let path = join(temporaryFolder(), 'w.duckdb');
  let destination = await createDuckdb({ path }, { dataDir: '.' });
  await destination.open();
  for (let life = 0; life < 10; life += 1) {
    // Less than a row group is ended for.
    await destination.load(randomBatch(`b${life}`, 250, 30_000));
    const left = temporaryFolder();
    cpSync(dirname(path), left, { recursive: true });
    await destination.close();
    path = join(left, 'w.duckdb');
    destination = await createDuckdb({ path }, { dataDir: '.' });
    await destination.open();
  }
  const sql = 'SELECT count(*)::INTEGER, (sum(length(payload)) / 1e6)::INTEGER FROM raw_events';
  expect((await destination.query!(sql, 1)).rows).toEqual([[2500, 75]]);
  await destination.close();
});

it('reads rows that are large, with loads of few small ones between them', async () => {
  const destination = await openDuckdb();
  for (let load = 0; load < 10; load += 1) {
    await destination.load(randomBatch(`large ${load}`, 250, 30_000));
    await destination.load(randomBatch(`small ${load}`, 5, 100));
  }
  const sql = 'SELECT count(*)::INTEGER, (sum(length(payload)) / 1e6)::INTEGER FROM raw_events';
  expect((await destination.query!(sql, 1)).rows).toEqual([[2550, 75]]);
});

it('makes no row group of its own of each small load, nor of rows that are small', async () => {
  const [large] = await loadRandom(30, 30, 20_000);
  expect(large).toBeLessThanOrEqual(3);
  const [small] = await loadRandom(9, 1000, 1000);
  expect(small).toBe(1);
});

it('goes on after a checkpoint that failed, by which DuckDB refuses everything', async () => {
  const destination = await openDuckdb('18MB');
  await destination.load(randomBatch('a', 250, 30_000));
  const failure = await Promise.resolve(destination.load(randomBatch('b', 250, 30_000))).catch(String);
  expect(failure).toContain('has been invalidated');
  await destination.load({ id: 'c', events: [row('m')], rejects: [], loadedAt: 1 });
  const sql = 'SELECT count(*)::INTEGER FROM raw_events';
  expect((await destination.query!(sql, 1)).rows).toEqual([[501]]);
});

it('goes on with a file of an older format', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'w.duckdb');
  await change(path, 'CREATE TABLE earlier AS SELECT range AS n FROM range(1000)');
  const destination = await createDuckdb({ path }, { dataDir: folder });
  await destination.open();
  await destination.load({ id: 'b', events: [row('m')], rejects: [], loadedAt: 1 });
  await destination.close();
  await destination.open();
  const sql = 'SELECT (SELECT count(*)::INTEGER FROM earlier), (SELECT count(*)::INTEGER FROM raw_events)';
  expect((await destination.query!(sql, 1)).rows).toEqual([[1000, 1]]);
  await destination.close();
});
