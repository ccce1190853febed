import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { createClickhouse } from '../../src/destinations/clickhouse.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { packRows } from '../../src/destinations/pack-rows.ts';
import { toRows } from '../../src/row.ts';
import { unpack } from '../../src/spool/packed.ts';
import { destinationConformance, row } from '../destinations.conformance.ts';
import { takeTurns } from '../support/exclusive.ts';
import { freshDatabase, runClickhouse } from '../support/fresh-tables.ts';
import { expectSegmentShape, propertyOf } from '../support/segment-shape.ts';

const clickhouse = needsServer('clickhouse');
takeTurns(clickhouse);
const open = (database: string): Promise<Destination> =>
  createClickhouse({ type: 'clickhouse', url: clickhouse.url, database }, { dataDir: '/nowhere' });

const run = (statement: string): Promise<void> => runClickhouse(clickhouse.url, statement);
const newState = async (): Promise<string> => freshDatabase(clickhouse.url);

const times = ['occurred_at', 'original_timestamp', 'sent_at', 'received_at', 'loaded_at'];

const ask = async (destination: Destination, sql: string): Promise<Record<string, unknown>[]> => {
  const { columns, rows } = await destination.query!(sql, 100_000);
  return rows.map((values) => Object.fromEntries(columns.map((name, at) => [name, values[at]])));
};

const read = async (destination: Destination, table: string): Promise<Record<string, unknown>[]> => {
  const columns = table === 'raw_events' ? times : ['received_at', 'loaded_at'];
  const numbers = columns.map((column) => `toUnixTimestamp64Milli(${column}) AS ${column}`).join(', ');
  const rows = await ask(
    destination,
    `SELECT * REPLACE (${numbers}) FROM ${table} ORDER BY length(message_id), message_id`,
  );
  const numeric = [...times, 'sequence'];
  return rows.map((each) =>
    Object.fromEntries(
      Object.entries(each).map(([name, value]) => [
        name,
        numeric.includes(name) && value !== null ? Number(value) : value,
      ]),
    ),
  );
};

describe.skipIf(clickhouse.missing)(title('ClickHouse', clickhouse), () => {
  destinationConformance('clickhouse', {
    newState,
    open,
    read,
    dropColumn: (database) => run(`ALTER TABLE ${database}.raw_events DROP COLUMN bot`),
  });

  const opened = async (): Promise<{ destination: Destination; database: string }> => {
    const database = await newState();
    const destination = await open(database);
    onTestFinished(() => destination.close());
    await destination.open();
    return { destination, database };
  };

  const load = (destination: Destination, id: string, ...events: ReturnType<typeof row>[]): Promise<void> =>
    destination.load({ id, events, rejects: [], loadedAt: 1 });

  const reject = {
    message_id: null,
    source: 's',
    code: 'c',
    detail: null,
    received_at: 1,
    payload: Buffer.from('x'),
  };

  it('shows what it would run, and runs nothing', async () => {
    const database = await newState();
    const destination = await open(database);
    const statements = await destination.plan!();
    expect(statements[0]).toBe(`CREATE DATABASE IF NOT EXISTS ${database}`);
    expect(statements.join('\n')).toContain('non_replicated_deduplication_window = 10000');
    await destination.open();
    expect(await destination.plan!()).toEqual([]);
    await destination.close();
  });

  it('completes a batch of which only the events got through', async () => {
    const { destination, database } = await opened();
    const batch = { id: 'a', events: [row('m'), row('n')], rejects: [reject], loadedAt: 1 };
    await destination.load(batch);
    await run(`TRUNCATE TABLE ${database}.nitka_batches`);
    await run(`TRUNCATE TABLE ${database}.raw_rejects`);
    await destination.close();
    await destination.load(batch);
    expect(await read(destination, 'raw_events')).toHaveLength(2);
    expect(await ask(destination, 'SELECT batch_id, events, rejects FROM nitka_batches')).toEqual([
      { batch_id: 'a', events: '2', rejects: '1' },
    ]);
  });

  it('takes numbers whose bytes are two line feeds, and recognises the load by its token alone', async () => {
    const { destination, database } = await opened();
    const events = Array.from({ length: 3000 }, (_, at) => row(`${at}`, { sequence: at }));
    for (let time = 0; time < 3; time += 1) {
      await destination.load({ id: 'a', events, rejects: [], loadedAt: time });
      await run(`TRUNCATE TABLE ${database}.nitka_batches`);
    }
    expect(await ask(destination, 'SELECT count() AS rows, max(sequence) AS last FROM raw_events')).toEqual([
      { rows: '3000', last: '2999' },
    ]);
  });

  it('makes one part of a load, however many pages it has', async () => {
    const { destination, database } = await opened();
    await run(`SYSTEM STOP MERGES ${database}.raw_events`);
    const pages = Array.from({ length: 5 }, (_, page) =>
      packRows(
        Array.from({ length: 700 }, (_, at) =>
          row(`${page + 1}${String(at).padStart(3, '0')}`, {
            event: [null, '', `E${at % 300}`][at % 3]!,
            sequence: 1 - at,
            payload: Buffer.from(`{"n":${at}}`),
          }),
        ),
      ),
    );
    const rows = pages.flatMap((page) => toRows(unpack(page), 0, Infinity).events);
    await destination.load({ id: 'a', events: [], rejects: [], loadedAt: 1, pages: () => pages });
    expect(
      await ask(
        destination,
        `SELECT count() AS parts FROM system.parts WHERE database = '${database}' AND table = 'raw_events' AND active`,
      ),
    ).toEqual([{ parts: '1' }]);
    expect(await ask(destination, 'SELECT events FROM nitka_batches')).toEqual([{ events: '3500' }]);
    expect(await read(destination, 'raw_events')).toEqual(
      rows.map((each) => ({ ...each, payload: each.payload.toString(), batch_id: 'a', loaded_at: 1 })),
    );
  });

  it('recognises a batch whose token the window has forgotten', async () => {
    const database = await newState();
    const options = { url: clickhouse.url, database, deduplicationWindow: 100 };
    const destination = await createClickhouse(options, { dataDir: '.' });
    onTestFinished(() => destination.close());
    await destination.open();
    await load(destination, 'a', row('m'), row('n'));
    await run(`TRUNCATE TABLE ${database}.nitka_batches`);
    await run(`ALTER TABLE ${database}.raw_events MODIFY SETTING non_replicated_deduplication_window = 1`);
    await load(destination, 'b', row('o'));
    await load(destination, 'c', row('p'));
    await destination.close();
    await load(destination, 'a', row('m'), row('n'));
    expect(
      await ask(destination, 'SELECT count() AS rows, uniqExact(message_id) AS ids FROM raw_events'),
    ).toEqual([{ rows: '4', ids: '4' }]);
  });

  it('takes two batches with equal rows: only the id makes a repeat', async () => {
    const { destination } = await opened();
    await destination.load({ id: 'a', events: [], rejects: [reject], loadedAt: 1 });
    await destination.load({ id: 'b', events: [], rejects: [reject], loadedAt: 1 });
    expect(await read(destination, 'raw_rejects')).toHaveLength(2);
  });

  it('says that a table would not recognise repeated loads', async () => {
    const { destination, database } = await opened();
    await run(`ALTER TABLE ${database}.raw_events MODIFY SETTING non_replicated_deduplication_window = 0`);
    await expect(destination.open()).rejects.toMatchObject({
      kind: 'schema',
      message: expect.stringContaining('MODIFY SETTING non_replicated_deduplication_window'),
    });
  });

  it('says that a column went away or changed its type while it was at work', async () => {
    const { destination, database } = await opened();
    await load(destination, 'a', row('m'));
    await run(`ALTER TABLE ${database}.raw_events MODIFY COLUMN bot String DEFAULT ''`);
    await expect(load(destination, 'b', row('n'))).rejects.toMatchObject({ kind: 'schema' });
    await run(`ALTER TABLE ${database}.raw_events DROP COLUMN bot`);
    await expect(load(destination, 'b', row('n'))).rejects.toMatchObject({ kind: 'schema' });
    await run(
      `ALTER TABLE ${database}.raw_events ADD COLUMN bot LowCardinality(Nullable(String)) AFTER user_agent`,
    );
    await load(destination, 'b', row('n'));
    expect(await read(destination, 'raw_events')).toHaveLength(2);
  });

  it('calls a row with a broken date poison', async () => {
    const { destination } = await opened();
    await expect(
      load(destination, 'a', row('m'), row('n', { occurred_at: Number.NaN })),
    ).rejects.toMatchObject({
      kind: 'poison',
    });
    expect(await read(destination, 'raw_events')).toEqual([]);
    await load(destination, 'b', row('m'));
    expect(await read(destination, 'raw_events')).toHaveLength(1);
  });

  it('has views that any payload goes through', async () => {
    const { destination } = await opened();
    const payload = (json: string): { payload: Buffer } => ({ payload: Buffer.from(json) });
    await load(
      destination,
      'a',
      row('1', {
        event: 'Заказ  Готов!',
        ...payload('{"properties":{"total":2},"context":{"page":{"path":"/a"}}}'),
      }),
      row('2', payload(String.raw`{"properties":{"a":"\u0000","b":"\ud800"}}`)),
      row('3', { type: 'page', ...payload('{"name":"Home","properties":{"url":"https://a/"}}') }),
      row('4', { type: 'group', ...payload('{"groupId":"g","traits":{"plan":"x"}}') }),
    );
    expect(
      await ask(destination, 'SELECT id, event, event_text, context_page_path FROM tracks ORDER BY id'),
    ).toEqual([
      { id: '1', event: 'заказ_готов_', event_text: 'Заказ  Готов!', context_page_path: '/a' },
      { id: '2', event: 'e', event_text: 'E', context_page_path: null },
    ]);
    expect(await ask(destination, 'SELECT properties FROM tracks ORDER BY id LIMIT 1')).toEqual([
      { properties: '{"total":2}' },
    ]);
    expect(await ask(destination, 'SELECT name, url, category FROM pages')).toEqual([
      { name: 'Home', url: 'https://a/', category: null },
    ]);
    expect(await ask(destination, 'SELECT group_id, traits FROM groups')).toEqual([
      { group_id: 'g', traits: '{"plan":"x"}' },
    ]);
  });

  it('has views with the columns of Segment and RudderStack', async () => {
    await expectSegmentShape((await opened()).destination, propertyOf.clickhouse);
  });

  it('brings the views of an earlier version to the newest, and leaves a table of that name alone', async () => {
    const { destination, database } = await opened();
    await destination.close();
    await run(`DROP VIEW ${database}.users`);
    await run(`DROP VIEW ${database}.pages`);
    await run(
      `CREATE VIEW ${database}.pages AS SELECT message_id AS id FROM ${database}.raw_events WHERE type = 'page'`,
    );
    await run(`CREATE TABLE ${database}.users (login String) ENGINE = MergeTree ORDER BY login`);
    await run(`INSERT INTO ${database}.users VALUES ('anna')`);
    await run(`ALTER TABLE ${database}.nitka_schema DELETE WHERE version > 2 SETTINGS mutations_sync = 2`);
    const again = await open(database);
    expect((await again.plan!()).at(-1)).toContain('VALUES (3)');
    await again.open();
    expect(await ask(again, 'SELECT count(url) AS n FROM pages')).toEqual([{ n: expect.anything() }]);
    expect(await ask(again, 'SELECT login FROM users')).toEqual([{ login: 'anna' }]);
    expect(await again.plan!()).toEqual([]);
    await again.close();
  });

  it('loads every row once while the server is killed again and again', { timeout: 120_000 }, async () => {
    const { destination } = await opened();
    let isKilled = true;
    let failures = 0;
    const killing = (async () => {
      for (let round = 0; round < 4; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 90 + round * 53));
        await clickhouse.control('kill');
        await clickhouse.control('start');
      }
    })().finally(() => (isKilled = false));
    let batches = 0;
    for (; batches < 40 || isKilled; batches += 1) {
      const id = `batch-${batches}`;
      const events = Array.from({ length: 500 }, (_, index) => row(`${id}-${index}`));
      for (;;) {
        const failure = await destination.load({ id, events, rejects: [], loadedAt: 1 }).then(
          () => null,
          (error: unknown) => error,
        );
        if (failure === null) break;
        failures += 1;
        expect(failure).toMatchObject({ kind: 'temporary' });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    await killing;
    expect(failures).toBeGreaterThan(0);
    expect(
      await ask(
        destination,
        'SELECT count() AS rows, uniqExact(message_id) AS ids, (SELECT count() FROM nitka_batches) AS batches FROM raw_events',
      ),
    ).toEqual([{ rows: `${batches * 500}`, ids: `${batches * 500}`, batches: `${batches}` }]);
  });
});

it('names every fault of its options', async () => {
  const options = { type: 'clickhouse', url: 'ftp://x', database: 'a b', engine: 'Memory', shards: 2 };
  const failure = await createClickhouse(options, { dataDir: '.' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'config_invalid' });
  for (const path of ['clickhouse.url', 'clickhouse.database', 'clickhouse.engine', '"shards"']) {
    expect((failure as { detail: string }).detail).toContain(path);
  }
  await expect(createClickhouse({ distributed: true }, { dataDir: '.' })).rejects.toMatchObject({
    code: 'config_invalid',
    detail: expect.stringContaining('distributed'),
  });
});
