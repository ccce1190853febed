import { expect } from 'vitest';
import type { Destination } from '../../src/destinations/destination.ts';
import { row } from './rows.ts';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const address = 'https://shop.example/a?gclid=1';

/** As SDKs send them: the page told of in the properties, in the context, or once for the whole batch. */
const events = [
  row('1', {
    type: 'page',
    ip: '192.0.2.0',
    session_id: 's1',
    payload: json({
      properties: { url: address, path: '/a', title: 'A' },
      context: {
        ip: '203.0.113.7',
        page: { url: address, path: '/a', referrer: 'https://www.google.com/search' },
        campaign: { source: 'yandex', campaign: 'spring' },
        library: { name: '@nitka/browser', version: '1.2.3' },
        screen: { width: 1280, height: 'tall' },
        touch: { first: { referrer: 'https://ya.ru:443/' } },
      },
    }),
  }),
  row('2', {
    type: 'page',
    source_kind: 'server',
    payload: json({ channel: 'mobile', context: { campaign: { name: 'autumn' } } }),
    batch_context: JSON.stringify({ context: { library: { name: 'analytics-go', version: '3' } } }),
  }),
  row('3', {
    type: 'identify',
    user_id: 'u1',
    anonymous_id: 'v1',
    email: 'old@mail.ru',
    occurred_at: 1_700_000_000_000,
    payload: json({ traits: { firstName: 'Анна', plan: 'gold' } }),
  }),
  row('4', {
    type: 'identify',
    user_id: 'u1',
    anonymous_id: 'v2',
    phone: '+79995551111',
    occurred_at: 1_700_000_001_000,
    payload: json({ context: { traits: { last_name: 'К.', title: 7 } } }),
  }),
  row('6', {
    event: 'Order Completed',
    payload: json({ properties: { order_id: '48121', total: 1990.1 } }),
  }),
  row('5', { type: 'identify', phone: '+79995552222', payload: json({ traits: {} }) }),
];

/** A property of `tracks`, as docs/raw-layer.md says it for each database. */
export const propertyOf = {
  duckdb: (name: string) => `properties->>'$.${name}'`,
  postgres: (name: string) => `properties->>'${name}'`,
  clickhouse: (name: string) => `JSONExtract(properties, '${name}', 'Nullable(String)')`,
};

/** The columns that packages for Segment and RudderStack read, filled from whatever place the SDKs put them. */
export const expectSegmentShape = async (
  destination: Destination,
  property: (name: string) => string,
): Promise<void> => {
  await destination.load({ id: 'shape', events, rejects: [], loadedAt: 1_700_000_009_000 });
  const ask = async (sql: string): Promise<Record<string, unknown>[]> => {
    const { columns, rows } = await destination.query!(sql, 9);
    return rows.map((values) => Object.fromEntries(columns.map((name, at) => [name, values[at]])));
  };
  expect(
    await ask(
      `SELECT id, url, path, title, referrer, referring_domain, initial_referring_domain, context_ip, channel, context_session_id,
         context_campaign_source, context_campaign_name, context_library_name, context_library_version,
         context_page_initial_referrer, context_screen_width AS width, context_screen_height
       FROM pages ORDER BY id`,
    ),
  ).toEqual([
    {
      id: '1',
      url: address,
      path: '/a',
      title: 'A',
      referrer: 'https://www.google.com/search',
      referring_domain: 'www.google.com',
      initial_referring_domain: 'ya.ru',
      // Not the one that the page claims, but the one that was stored by the operator's policy.
      context_ip: '192.0.2.0',
      channel: 'web',
      context_session_id: 's1',
      context_campaign_source: 'yandex',
      context_campaign_name: 'spring',
      context_library_name: '@nitka/browser',
      context_library_version: '1.2.3',
      context_page_initial_referrer: 'https://ya.ru:443/',
      width: expect.toSatisfy((width) => Number(width) === 1280),
      context_screen_height: null,
    },
    {
      id: '2',
      url: null,
      path: null,
      title: null,
      referrer: null,
      referring_domain: null,
      initial_referring_domain: null,
      context_ip: null,
      channel: 'mobile',
      context_session_id: null,
      context_campaign_source: null,
      context_campaign_name: 'autumn',
      context_library_name: 'analytics-go',
      context_library_version: '3',
      context_page_initial_referrer: null,
      width: null,
      context_screen_height: null,
    },
  ]);
  expect(
    await ask('SELECT id, first_name, last_name, title, email, phone FROM identifies ORDER BY id'),
  ).toEqual([
    { id: '3', first_name: 'Анна', last_name: null, title: null, email: 'old@mail.ru', phone: null },
    { id: '4', first_name: null, last_name: 'К.', title: '7', email: null, phone: '+79995551111' },
    { id: '5', first_name: null, last_name: null, title: null, email: null, phone: '+79995552222' },
  ]);
  expect(await ask('SELECT id, anonymous_id, first_name, last_name, email, phone FROM users')).toEqual([
    {
      id: 'u1',
      anonymous_id: 'v2',
      first_name: 'Анна',
      last_name: 'К.',
      email: 'old@mail.ru',
      phone: '+79995551111',
    },
  ]);
  expect(
    await ask(
      `SELECT id, ${property('order_id')} AS order_id, ${property('total')} AS total FROM tracks WHERE event_text = 'Order Completed'`,
    ),
  ).toEqual([{ id: '6', order_id: '48121', total: '1990.1' }]);
  // The one column by which packages ask what is new since their last run.
  for (const view of ['pages', 'identifies', 'users'])
    expect(await ask(`SELECT count(*) AS n FROM ${view} WHERE uuid_ts IS NULL`), view).toEqual([
      { n: expect.toSatisfy((n) => Number(n) === 0) },
    ]);
};
