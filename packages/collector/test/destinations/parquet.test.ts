import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it, onTestFinished } from 'vitest';
import type { Destination } from '../../src/destinations/destination.ts';
import { createParquet } from '../../src/destinations/parquet.ts';
import { destinationConformance, row } from '../destinations.conformance.ts';
import { temporaryFolder } from '../support/collector.ts';
import { expectSegmentShape, propertyOf } from '../support/segment-shape.ts';
import { expectViewsOfAnyPayload } from '../support/views.ts';

const times = ['occurred_at', 'original_timestamp', 'sent_at', 'received_at', 'loaded_at'];

const read = async (destination: Destination, table: string): Promise<Record<string, unknown>[]> => {
  const columns = table === 'raw_events' ? times : ['received_at', 'loaded_at'];
  const numbers = columns.map((column) => `epoch_ms(${column}) AS ${column}`).join(', ');
  const { columns: names, rows } = await destination.query!(
    `SELECT * EXCLUDE (date) REPLACE (${numbers}) FROM ${table} ORDER BY length(message_id), message_id`,
    100_000,
  );
  const numeric = [...times, 'sequence'];
  return rows.map((values) =>
    Object.fromEntries(
      names.map((name, at) => [
        name,
        numeric.includes(name) && values[at] !== null ? Number(values[at]) : values[at],
      ]),
    ),
  );
};

const files = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(parquet|json)$/.test(file))
    .sort();

const open = (path: string): Promise<Destination> =>
  createParquet({ type: 'parquet', path }, { dataDir: '/nowhere' });

destinationConformance('parquet', {
  newState: async () => join(temporaryFolder(), 'lake'),
  open,
  read,
  dropColumn: async (path) => {
    const file = join(path, 'nitka_schema.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('bot VARCHAR, ', ''));
  },
});

const opened = async (): Promise<{ destination: Destination; path: string }> => {
  const path = join(temporaryFolder(), 'lake');
  const destination = await open(path);
  await destination.open();
  onTestFinished(() => destination.close());
  return { destination, path };
};

const day = 86_400_000;
const batch = {
  id: 'b1',
  events: [
    row('1', { received_at: 0, source: 'site' }),
    row('2', { received_at: day - 1, source: 'site' }),
    row('3', { received_at: day, source: 'site' }),
    row('4', { received_at: day, source: 'it is ../a "till"' }),
  ],
  rejects: [
    {
      message_id: null,
      source: 'site',
      code: 'c',
      detail: null,
      received_at: 0,
      payload: Buffer.from([0xff]),
    },
  ],
  loadedAt: 5,
};

it('writes one file a day and source, named after the batch, and leaves nothing aside', async () => {
  const { destination, path } = await opened();
  await destination.load(batch);
  expect(files(path)).toEqual([
    'nitka_batches/date=1970-01-01/b1.json',
    'nitka_schema.json',
    'raw_events/date=1970-01-01/source=site/b1.parquet',
    'raw_events/date=1970-01-02/source=it%20is%20..%2Fa%20%22till%22/b1.parquet',
    'raw_events/date=1970-01-02/source=site/b1.parquet',
    'raw_rejects/date=1970-01-01/source=site/b1.parquet',
  ]);
});

it('is read by any DuckDB, by day and source', async () => {
  const { destination, path } = await opened();
  await destination.load(batch);
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `SELECT message_id, source FROM read_parquet('${path}/raw_events/*/*/*.parquet', hive_partitioning = true) WHERE date = '1970-01-02' ORDER BY 1`,
  );
  expect(reader.getRows()).toEqual([
    ['3', 'site'],
    ['4', 'it is ../a "till"'],
  ]);
  connection.closeSync();
  instance.closeSync();
});

it('overwrites nothing and adds nothing when a batch comes again, wherever the first attempt ended', async () => {
  const { destination, path } = await opened();
  await destination.load(batch);
  const all = files(path);
  const stamps = (): number[] => all.map((file) => statSync(join(path, file)).ino);
  const before = stamps();
  await destination.load({ ...batch, loadedAt: 9 });
  expect(stamps()).toEqual(before);
  for (const lost of all.filter((file) => file.startsWith('raw_'))) {
    rmSync(join(path, lost));
    rmSync(join(path, all[0]!));
    await destination.load({ ...batch, loadedAt: 9 });
    expect(files(path)).toEqual(all);
    const { rows } = await destination.query!(
      'SELECT count(*), count(DISTINCT message_id) FROM raw_events',
      1,
    );
    expect(rows).toEqual([['4', '4']]);
  }
});

it('sees what was loaded after the first query', async () => {
  const { destination } = await opened();
  expect(await destination.query!('SELECT message_id FROM raw_events', 9)).toMatchObject({ rows: [] });
  expect(await destination.query!('SELECT id FROM tracks', 9)).toMatchObject({ rows: [] });
  await destination.load(batch);
  expect((await destination.query!('SELECT id FROM tracks', 9)).rows).toHaveLength(4);
  await destination.load({ id: 'b2', events: [row('5')], rejects: [], loadedAt: 6 });
  expect((await destination.query!('SELECT id FROM tracks', 9)).rows).toHaveLength(5);
});

it('calls a row with a broken date poison, and writes no file of its batch', async () => {
  const { destination, path } = await opened();
  for (const bad of [{ occurred_at: Number.NaN }, { received_at: Number.NaN }]) {
    await expect(destination.load({ ...batch, events: [row('1'), row('2', bad)] })).rejects.toMatchObject({
      kind: 'poison',
    });
  }
  expect(files(path)).toEqual(['nitka_schema.json']);
  await destination.load(batch);
});

it('reads its own folder alone', async () => {
  const { destination } = await opened();
  await destination.load(batch);
  for (const sql of [
    "SELECT * FROM read_text('/etc/passwd')",
    "COPY (SELECT 1) TO '/tmp/x.parquet'",
    'SET enable_external_access = true',
  ]) {
    await expect(destination.query!(sql, 1)).rejects.toMatchObject({ code: 'query_failed' });
  }
});

it('names every fault of its options', async () => {
  await expect(
    createParquet({ type: 'parquet', path: '', threads: 0, files: 1 }, { dataDir: '.' }),
  ).rejects.toMatchObject({
    code: 'config_invalid',
    detail: expect.stringMatching(/(?=[\s\S]*parquet\.path)(?=[\s\S]*parquet\.threads)(?=[\s\S]*"files")/),
  });
});

it('has views that any payload goes through', async () => {
  await expectViewsOfAnyPayload(await open(join(temporaryFolder(), 'lake')));
});

it('holds every row once after its process was killed again and again', { timeout: 120_000 }, async () => {
  const path = join(temporaryFolder(), 'lake');
  const program = fileURLToPath(new URL('parquet-process.ts', import.meta.url));
  const count = 60;
  let kills = 0;
  for (let killed = true; killed;) {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', program, path, String(count), kills < 4 ? 'wait' : ''],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      // Somewhere within the next load; a program that is done already waits for it.
      if (kills < 4 && said.split('\n').length > 12 * (kills + 1))
        setTimeout(() => child.kill('SIGKILL'), kills * 3);
    });
    await once(child, 'close');
    killed = child.signalCode === 'SIGKILL';
    if (killed) kills += 1;
    else expect(said).toMatch(/done\n$/);
  }
  expect(kills).toBe(4);
  const destination = await open(path);
  await destination.open();
  const { rows } = await destination.query!('SELECT count(*), count(DISTINCT message_id) FROM raw_events', 1);
  expect(rows).toEqual([['6000', '6000']]);
  await destination.close();
});

it('has views with the columns of Segment and RudderStack', async () => {
  const destination = await open(join(temporaryFolder(), 'lake'));
  await destination.open();
  await expectSegmentShape(destination, propertyOf.duckdb);
  await destination.close();
});
