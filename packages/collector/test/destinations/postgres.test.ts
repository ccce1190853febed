import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { createPostgres } from '../../src/destinations/postgres.ts';
import { destinationConformance, row } from '../destinations.conformance.ts';
import { takeTurns } from '../support/exclusive.ts';
import { freshSchema, runPostgres } from '../support/fresh-tables.ts';
import { expectSegmentShape, propertyOf } from '../support/segment-shape.ts';

const postgres = needsServer('postgres');
takeTurns(postgres);
/** `{"greenplum":true}`, say, for a server that is a Greenplum: docs/destinations.md. */
const options = JSON.parse(process.env['NITKA_TEST_POSTGRES_OPTIONS'] || '{}') as object;
const open = (schema: string): Promise<Destination> =>
  createPostgres({ ...options, type: 'postgres', url: postgres.url, schema }, { dataDir: '/nowhere' });

const run = (sql: string, values?: unknown[]) => runPostgres(postgres.url, sql, values);
const newState = async (): Promise<string> => freshSchema(postgres.url);

const times = ['occurred_at', 'original_timestamp', 'sent_at', 'received_at', 'loaded_at'];

const read = async (destination: Destination, table: string): Promise<Record<string, unknown>[]> => {
  const { columns, rows } = await destination.query!(
    `SELECT * FROM ${table} ORDER BY length(message_id), message_id`,
    100_000,
  );
  return rows.map((values) =>
    Object.fromEntries(
      columns.map((name, at) => {
        const value = values[at];
        if (value === null) return [name, value];
        if (times.includes(name))
          return [name, Date.parse(String(value).replace(' ', 'T').replace(/\+00$/, 'Z'))];
        return [name, name === 'sequence' ? Number(value) : value];
      }),
    ),
  );
};

describe.skipIf(postgres.missing)(title('PostgreSQL', postgres), () => {
  destinationConformance('postgres', {
    newState,
    open,
    read,
    dropColumn: async (schema) => {
      await run(`ALTER TABLE ${schema}.raw_events DROP COLUMN bot CASCADE`);
    },
  });

  const opened = async (schema?: string): Promise<{ destination: Destination; schema: string }> => {
    const known = schema ?? (await newState());
    const destination = await open(known);
    onTestFinished(() => destination.close());
    await destination.open();
    return { destination, schema: known };
  };

  const load = (destination: Destination, id: string, ...events: ReturnType<typeof row>[]): Promise<void> =>
    destination.load({ id, events, rejects: [], loadedAt: 1 });

  it('shows what it would run, and runs nothing', async () => {
    const schema = await newState();
    const destination = await open(schema);
    const statements = await destination.plan!();
    expect(statements[0]).toBe(`CREATE SCHEMA ${schema}`);
    expect(await run('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])).toEqual([]);
    await destination.open();
    expect(await destination.plan!()).toEqual([]);
    await destination.close();
  });

  it('makes no tables in a Greenplum that it takes for PostgreSQL, nor the other way round', async () => {
    const schema = await newState();
    const isGreenplum = 'greenplum' in options && options.greenplum === true;
    const wrong = { ...options, type: 'postgres', url: postgres.url, schema, greenplum: !isGreenplum };
    const destination = await createPostgres(wrong, { dataDir: '/nowhere' });
    const failure = { kind: 'schema', message: expect.stringContaining('"greenplum"') as string };
    await expect(destination.plan!()).rejects.toMatchObject(failure);
    await expect(destination.open()).rejects.toMatchObject(failure);
    expect(await run('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])).toEqual([]);
  });

  it('is opened by two collectors at once', async () => {
    const schema = await newState();
    const both = [await open(schema), await open(schema)];
    await Promise.all(both.map((each) => each.open()));
    await Promise.all([load(both[0]!, 'a', row('m'), row('n')), load(both[1]!, 'b', row('n'), row('o'))]);
    expect(await read(both[0]!, 'raw_events')).toHaveLength(3);
    for (const each of both) await each.close();
  });

  it('keeps a message once, in whatever batch it comes', async () => {
    const { destination } = await opened();
    await load(destination, 'a', row('m', { event: 'first' }), row('m', { event: 'second' }));
    await load(destination, 'b', row('m', { event: 'third' }), row('n'));
    const rows = await read(destination, 'raw_events');
    expect(rows.map(({ message_id: id, event, batch_id: batch }) => [id, event, batch])).toEqual([
      ['m', 'first', 'a'],
      ['n', 'E', 'b'],
    ]);
  });

  it('keeps a message once that two collectors load at the same time, in whatever order', async () => {
    const { destination, schema } = await opened();
    const { destination: other } = await opened(schema);
    const events = Array.from({ length: 3000 }, (_, at) => row(`m${at}`));
    const loads = async (to: Destination, name: string, rows: typeof events): Promise<void> => {
      for (let part = 0; part < 3; part += 1) {
        const id = `${name}-${part}`;
        const own = [...rows.slice(part * 1000, part * 1000 + 1000), row(`${name} alone ${part}`)];
        for (;;) {
          const failure = await load(to, id, ...own).catch((error: unknown) => error);
          if (failure === undefined) break;
          // A deadlock of the two, as the forwarder sees it.
          expect(failure).toMatchObject({ kind: 'temporary' });
        }
      }
    };
    await Promise.all([loads(destination, 'a', events), loads(other, 'b', [...events].reverse())]);
    const [counts] = await run(
      `SELECT count(*)::int AS rows, count(DISTINCT message_id)::int AS ids, (SELECT count(*)::int FROM ${schema}.nitka_batches) AS batches
       FROM ${schema}.raw_events`,
    );
    expect(counts).toEqual({ rows: 3006, ids: 3006, batches: 6 });
  });

  it('looks for repeats itself where the table has no unique index any more', async () => {
    const { destination, schema } = await opened();
    await load(destination, 'a', row('m', { event: 'first' }));
    await run(`DROP INDEX ${schema}.raw_events_message_id`);
    await destination.close();
    await load(destination, 'b', row('m', { event: 'second' }), row('n'));
    const rows = await read(destination, 'raw_events');
    expect(rows.map(({ message_id: id, event }) => [id, event])).toEqual([
      ['m', 'first'],
      ['n', 'E'],
    ]);
  });

  it('leaves nothing of a load whose repeat it met behind: rejects and note are there once', async () => {
    const { destination, schema } = await opened();
    const { destination: other } = await opened(schema);
    const rejects = [
      {
        message_id: 'r',
        source: 'site',
        code: 'malformed_json',
        detail: null,
        received_at: 5,
        payload: Buffer.from('{'),
      },
    ];
    await load(other, 'a', row('m'));
    await destination.load({ id: 'b', events: [row('m'), row('n')], rejects, loadedAt: 1 });
    await other.load({ id: 'b', events: [row('m'), row('n')], rejects, loadedAt: 1 });
    expect(await read(destination, 'raw_events')).toHaveLength(2);
    expect(await read(destination, 'raw_rejects')).toHaveLength(1);
    expect(
      await run(`SELECT batch_id, events::int, rejects::int FROM ${schema}.nitka_batches ORDER BY 1`),
    ).toEqual([
      { batch_id: 'a', events: 1, rejects: 0 },
      { batch_id: 'b', events: 2, rejects: 1 },
    ]);
  });

  it('calls a row with NUL, with a broken date or with bytes that are no UTF-8 poison, and takes the others', async () => {
    const { destination } = await opened();
    const bad = [
      row('x', { event: 'a\0b' }),
      row('x', { occurred_at: Number.NaN }),
      row('x', { sent_at: -6e15 }),
      row('x', { sequence: 0.5 }),
      row('x', { payload: Buffer.from([0x22, 0xff, 0x22]) }),
    ];
    for (const [index, each] of bad.entries()) {
      await expect(load(destination, `bad${index}`, row('good'), each)).rejects.toMatchObject({
        kind: 'poison',
      });
    }
    expect(await read(destination, 'raw_events')).toEqual([]);
    await load(destination, 'c', row('good'));
    expect(await read(destination, 'raw_events')).toHaveLength(1);
  });

  it('has views that any payload goes through', async () => {
    const { destination, schema } = await opened();
    const payload = (json: string): { payload: Buffer } => ({ payload: Buffer.from(json) });
    await load(
      destination,
      'a',
      row('1', {
        event: 'Order  Completed!',
        ...payload('{"properties":{"total":1.50},"context":{"page":{"path":"/a"}}}'),
      }),
      row('2', payload(String.raw`{"properties":{"a":"\u0000","b":"\ud800","c":"\ud83d\ude00"}}`)),
      row('3', payload(String.raw`{"properties":{"a":"\\u0000 \uD83D\uDE00"}}`)),
      row('4', { type: 'page', ...payload('{"name":"Home","properties":{"url":"https://a/"}}') }),
      row('5', { type: 'group', ...payload('{"groupId":7,"traits":{"plan":"x"}}') }),
    );
    const tracks = await run(
      `SELECT id, event, event_text, context_page_path, properties::text FROM ${schema}.tracks ORDER BY id`,
    );
    expect(tracks).toEqual([
      {
        id: '1',
        event: 'order_completed_',
        event_text: 'Order  Completed!',
        context_page_path: '/a',
        properties: '{"total":1.50}',
      },
      {
        id: '2',
        event: 'e',
        event_text: 'E',
        context_page_path: null,
        properties: String.raw`{"a":"\ufffd","b":"\ufffd","c":"\ufffd\ufffd"}`,
      },
      {
        id: '3',
        event: 'e',
        event_text: 'E',
        context_page_path: null,
        properties: String.raw`{"a":"\\ufffd \uD83D\uDE00"}`,
      },
    ]);
    expect(await run(`SELECT name, url FROM ${schema}.pages`)).toEqual([{ name: 'Home', url: 'https://a/' }]);
    expect(await run(`SELECT group_id, traits FROM ${schema}.groups`)).toEqual([
      { group_id: '7', traits: { plan: 'x' } },
    ]);
  });

  it('has views with the columns of Segment and RudderStack', async () => {
    await expectSegmentShape((await opened()).destination, propertyOf.postgres);
  });

  it('brings the views of an earlier version to the newest, under views that stand on them', async () => {
    const { destination, schema } = await opened();
    await destination.close();
    await run(`DROP VIEW ${schema}.users, ${schema}.pages`);
    // As version 2 made it, as far as its first columns go.
    await run(
      `CREATE VIEW ${schema}.pages AS SELECT message_id AS id, anonymous_id, user_id, received_at FROM ${schema}.raw_events WHERE type = 'page'`,
    );
    await run(`CREATE VIEW ${schema}.mine AS SELECT id, received_at FROM ${schema}.pages`);
    await run(`CREATE TABLE ${schema}.users (login text)`);
    await run(`DELETE FROM ${schema}.nitka_schema WHERE version > 2`);
    const again = await open(schema);
    expect((await again.plan!()).at(-1)).toContain('VALUES (3');
    await again.open();
    await load(
      again,
      'a',
      row('1', { type: 'page', payload: Buffer.from('{"context":{"page":{"url":"https://a/"}}}') }),
    );
    expect(await run(`SELECT id, url FROM ${schema}.mine JOIN ${schema}.pages USING (id)`)).toEqual([
      { id: '1', url: 'https://a/' },
    ]);
    // The application's own.
    expect(await run(`SELECT login FROM ${schema}.users`)).toEqual([]);
    expect(await again.plan!()).toEqual([]);
    await again.close();
  });

  it('does not let a query write, or leave its transaction', async () => {
    const { destination, schema } = await opened();
    await load(destination, 'a', row('m'));
    for (const sql of [
      `SELECT 1; COMMIT; DELETE FROM ${schema}.raw_events`,
      `WITH gone AS (DELETE FROM raw_events RETURNING 1) SELECT * FROM gone`,
      `SELECT 1 INTO other FROM raw_events`,
    ]) {
      await expect(destination.query!(sql, 1)).rejects.toMatchObject({ code: 'query_failed' });
    }
    expect(await destination.query!('SELECT message_id FROM raw_events', 1)).toMatchObject({ rows: [['m']] });
  });

  it('says that a table went away while it was at work, and goes on when it is back', async () => {
    const { destination, schema } = await opened();
    await run(`ALTER TABLE ${schema}.raw_events RENAME TO elsewhere`);
    await expect(load(destination, 'a', row('m'))).rejects.toMatchObject({ kind: 'schema' });
    await run(`ALTER TABLE ${schema}.elsewhere RENAME TO raw_events`);
    await load(destination, 'a', row('m'));
    expect(await read(destination, 'raw_events')).toHaveLength(1);
  });

  it('fills tables that got more columns, and rejects no row for one that it cannot fill', async () => {
    const { destination, schema } = await opened();
    await run(
      `ALTER TABLE ${schema}.raw_events ADD COLUMN note text, ADD COLUMN seen boolean NOT NULL DEFAULT false`,
    );
    await load(destination, 'a', row('m'));
    expect(await run(`SELECT note, seen FROM ${schema}.raw_events`)).toEqual([{ note: null, seen: false }]);
    await run(`ALTER TABLE ${schema}.raw_events ALTER COLUMN seen DROP DEFAULT`);
    await expect(load(destination, 'b', row('n'))).rejects.toMatchObject({
      kind: 'schema',
      message: expect.stringContaining('"seen"'),
    });
  });

  it('connects again when a person ends its session', async () => {
    const { destination } = await opened();
    await load(destination, 'a', row('m'));
    await run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nitka-collector' AND usename = current_user",
    );
    const first = await load(destination, 'b', row('n')).catch((error: unknown) => error);
    if (first !== undefined) expect(first).toMatchObject({ kind: 'temporary' });
    await load(destination, 'b', row('n'));
    expect(await read(destination, 'raw_events')).toHaveLength(2);
  });

  it('loads every row once while the server is killed again and again', { timeout: 120_000 }, async () => {
    const { destination, schema } = await opened();
    let isKilled = true;
    let failures = 0;
    const killing = (async () => {
      for (let round = 0; round < 5; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 60 + round * 37));
        await postgres.control('kill');
        await postgres.control('start');
      }
    })().finally(() => (isKilled = false));
    let batches = 0;
    for (; batches < 40 || isKilled; batches += 1) {
      const id = `batch-${batches}`;
      const events = Array.from({ length: 500 }, (_, at) => row(`${id}-${at}`));
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
      await run(
        `SELECT count(*)::int AS rows, count(DISTINCT message_id)::int AS messages,
                (SELECT count(*)::int FROM ${schema}.nitka_batches) AS batches FROM ${schema}.raw_events`,
      ),
    ).toEqual([{ rows: batches * 500, messages: batches * 500, batches }]);
  });
});

it('takes no session for granted: an address that nobody answers is temporary', async () => {
  const destination = await createPostgres({ url: 'postgres://nobody@127.0.0.1:1/none' }, { dataDir: '.' });
  await expect(destination.open()).rejects.toMatchObject({ kind: 'temporary' });
});

it('names every fault of its options', async () => {
  const options = { type: 'postgres', url: 'mysql://x', schema: 'a;b', tables: 1, greenplum: 'yes' };
  const failure = await createPostgres(options, { dataDir: '.' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'config_invalid' });
  for (const path of ['postgres.url', 'postgres.schema', '"tables"', 'postgres.greenplum']) {
    expect((failure as { detail: string }).detail).toContain(path);
  }
  await expect(createPostgres({ urlVariable: 'NITKA_NOT_SET' }, { dataDir: '.' })).rejects.toMatchObject({
    detail: expect.stringContaining('NITKA_NOT_SET'),
  });
});
