import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCollector, writeKeys, type CollectorProcess } from '../support/collector.ts';
import { at, fact, link, visitor } from '../support/raw-events.ts';
import { needsServer, title } from '../support/servers.ts';

const dbt = needsServer('dbt');
const postgres = needsServer('postgres');
const run = promisify(execFile);

const page = (who: string, hour: number, minute: number, path: string, more: object = {}) => ({
  type: 'page',
  anonymousId: visitor(who),
  timestamp: at(hour, minute),
  // As the plugin of page views sends it: the referrer stands in the context alone.
  properties: { url: `https://shop.example${path}`, path },
  context: { sessionId: `session-${who}-${hour}`, page: { path }, ...more },
});

const fromPages = [
  // One phone in two browsers; the second is known by the e-mail of a third.
  page('1', 1, 0, '/lamps', { campaign: { source: 'yandex', medium: 'cpc', campaign: 'spring' } }),
  page('1', 1, 1, '/lamps/7'),
  link('1', 1, { phone: '8 (999) 555-11-11' }),
  page('2', 3, 0, '/account', { page: { path: '/account', referrer: 'https://vk.com/shop' } }),
  link('2', 3, { phone: '+7 999 555-11-11', email: 'Anna@Mail.ru' }, 'customer-1'),
  page('5', 4, 0, '/'),
  link('5', 4, { email: 'anna@mail.ru' }),
  // Somebody who never says who they are.
  page('4', 2, 0, '/lamps', { campaign: { source: 'newsletter' } }),
  // A claim, which is no money.
  {
    type: 'track',
    event: 'Order Completed',
    anonymousId: visitor('4'),
    timestamp: at(2, 3),
    properties: { order_id: '7', total: 1e6 },
  },
];
const fromServers = [
  fact('Order Refunded', 8, { order_id: '48121', total: '995.05' }, '+79995551111'),
  fact('Call Answered', 2, { call_id: '1' }, '+79995551111'),
  fact('Order Completed', 6, { order_id: '48121', total: '1990.10', currency: 'RUB' }, '+7 999 555 11 11'),
  fact('Order Completed', 7, { order_id: '48122', total: 'many' }, '+7 921 555 44 33'),
];

let collector: CollectorProcess;
const schema = `dbt_${randomBytes(5).toString('hex')}`;
const folder = mkdtempSync(join(tmpdir(), 'nitka-dbt-'));

const send = async (key: string, batch: object[]): Promise<void> => {
  const answer = await fetch(`${collector.url}/v1/batch`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
    },
    body: JSON.stringify({ batch }),
  });
  expect(await answer.json()).toMatchObject({ success: true, accepted: batch.length });
};

/** A statement, asked by the drivers that dbt brings. */
const script = `
import json, sys
where, sql = sys.argv[1:]
if where.startswith('postgres'):
    import psycopg2
    connection = psycopg2.connect(where)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(sql)
else:
    import duckdb
    cursor = duckdb.connect(where, read_only=True).execute(sql)
if cursor.description:
    names = [column[0] for column in cursor.description]
    print(json.dumps([dict(zip(names, row)) for row in cursor.fetchall()], default=str))
`;
const ask = async (where: string, sql: string): Promise<Record<string, unknown>[]> => {
  const { stdout } = await run(join(dirname(dbt.url), 'python'), ['-c', script, where, sql]);
  return JSON.parse(stdout || '[]') as Record<string, unknown>[];
};

/** What an analyst types, in a copy of the project. */
const build = async (target: string, env: Record<string, string>): Promise<string> => {
  const project = join(folder, target);
  cpSync(fileURLToPath(new URL('../../examples/dbt', import.meta.url)), project, { recursive: true });
  const args = ['--no-use-colors', 'build', '--vars', '{"money_from":["till"]}'];
  const { stdout } = await run(dbt.url, args, {
    cwd: project,
    env: { ...process.env, DBT_TARGET: target, DBT_PROFILES_DIR: project, ...env },
    maxBuffer: 2 ** 26,
  }).catch((error: unknown) => {
    throw new Error(String((error as { stdout?: string }).stdout), { cause: error });
  });
  return stdout;
};

const isReady = !dbt.missing && !postgres.missing;

beforeAll(async () => {
  if (!isReady) return;
  collector = await startCollector({
    config: {
      destinations: [
        { type: 'duckdb', path: './warehouse.duckdb' },
        { type: 'postgres', url: postgres.url, schema },
      ],
    },
  });
  await send(writeKeys.browser, fromPages);
  for (const event of fromServers) await send(writeKeys.server, [event]);
  const all = fromPages.length + fromServers.length;
  await collector.eventually<{ n: string }>(
    'SELECT count(*) AS n FROM raw_events',
    ([row]) => Number(row?.n) === all,
  );
  const loaded = () => ask(postgres.url, `SELECT count(*) AS n FROM ${schema}.raw_events`);
  await vi.waitFor(async () => expect(await loaded()).toEqual([{ n: all }]), {
    timeout: 60_000,
    interval: 200,
  });
  await collector.kill();
});
afterAll(async () => {
  if (!isReady) return;
  await ask(
    postgres.url,
    `DROP SCHEMA IF EXISTS ${schema} CASCADE; DROP SCHEMA IF EXISTS ${schema}_out CASCADE`,
  );
  rmSync(folder, { recursive: true, force: true });
  await collector.close();
});

const engines = {
  duckdb: {
    where: join(folder, 'analytics.duckdb'),
    prefix: 'main.',
    env: () => ({
      NITKA_DUCKDB: join(collector.folder, 'warehouse.duckdb'),
      DBT_DUCKDB: join(folder, 'analytics.duckdb'),
    }),
  },
  postgres: {
    where: postgres.url,
    prefix: `${schema}_out.`,
    env: () => {
      const { hostname, port, username, password, pathname } = new URL(postgres.url);
      return {
        PGHOST: hostname,
        PGPORT: port,
        PGUSER: username,
        PGPASSWORD: password,
        PGDATABASE: pathname.slice(1),
        NITKA_SCHEMA: schema,
        DBT_SCHEMA: `${schema}_out`,
      };
    },
  },
};

describe.skipIf(!isReady)(title(title('examples/dbt', postgres), dbt), () => {
  it.for(Object.entries(engines))(
    'makes customers of visits, calls and receipts in %s',
    async ([name, engine]) => {
      expect(await build(name, engine.env())).toMatch(/PASS=\d\d WARN=0 ERROR=0 SKIP=0/);
      const read = (columns: string, table: string) =>
        ask(engine.where, `SELECT ${columns} FROM ${engine.prefix}${table} ORDER BY 1, 2`);
      expect(
        await read(
          `customer, phone, email, user_id, browsers, visits, calls, orders, CAST(net AS VARCHAR(9)) AS net, first_came_from, first_campaign`,
          'customers',
        ),
      ).toEqual([
        {
          customer: 'phone +79215554433',
          phone: '+79215554433',
          email: null,
          user_id: null,
          browsers: 0,
          visits: 0,
          calls: 0,
          orders: 1,
          net: '0.00',
          first_came_from: null,
          first_campaign: null,
        },
        {
          customer: `visitor ${visitor('1')}`,
          phone: '+79995551111',
          email: 'anna@mail.ru',
          user_id: 'customer-1',
          browsers: 3,
          visits: 3,
          calls: 1,
          orders: 1,
          net: '995.05',
          first_came_from: 'yandex',
          first_campaign: 'spring',
        },
        {
          customer: `visitor ${visitor('4')}`,
          phone: null,
          email: null,
          user_id: null,
          browsers: 1,
          visits: 1,
          calls: 0,
          orders: 0,
          net: expect.stringMatching(/^0/),
          first_came_from: 'newsletter',
          first_campaign: null,
        },
      ]);
      expect(await read('session_id, pages, landed_on, came_from, medium, referred_by', 'sessions')).toEqual([
        {
          session_id: 'session-1-1',
          pages: 2,
          landed_on: '/lamps',
          came_from: 'yandex',
          medium: 'cpc',
          referred_by: null,
        },
        {
          session_id: 'session-2-3',
          pages: 1,
          landed_on: '/account',
          came_from: null,
          medium: null,
          referred_by: 'vk.com',
        },
        {
          session_id: 'session-4-2',
          pages: 1,
          landed_on: '/lamps',
          came_from: 'newsletter',
          medium: null,
          referred_by: null,
        },
        {
          session_id: 'session-5-4',
          pages: 1,
          landed_on: '/',
          came_from: null,
          medium: null,
          referred_by: null,
        },
      ]);
      expect(await read('event, message_id, session_id, came_from', 'led')).toEqual([
        {
          event: 'Call Answered',
          message_id: 'Call Answered 2',
          session_id: 'session-1-1',
          came_from: 'yandex',
        },
        {
          event: 'Order Completed',
          message_id: 'Order Completed 6',
          session_id: 'session-5-4',
          came_from: null,
        },
        { event: 'Order Completed', message_id: 'Order Completed 7', session_id: null, came_from: null },
      ]);
      expect(
        await read('order_id, currency, CAST(total AS VARCHAR(20)) AS total', 'order_completed'),
      ).toEqual([
        { order_id: '48121', currency: 'RUB', total: '1990.10' },
        { order_id: '48122', currency: null, total: null },
        { order_id: '7', currency: null, total: '1000000.00' },
      ]);
    },
  );
});
