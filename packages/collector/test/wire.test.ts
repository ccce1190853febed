import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { browserKey, openTestCollector, page, serverKey } from './support/collector.ts';

interface Oddity {
  /** Which client does it. */
  readonly client: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: (messageId: string) => string | Buffer;
  /** Columns that the row must have. @default that it is there */
  readonly row?: Readonly<Record<string, unknown>>;
}

const basic = { authorization: `Basic ${Buffer.from(`${serverKey}:`).toString('base64')}` };
const event = { type: 'track', event: 'Order Completed', userId: 'u' };
const batch = (messageId: string, rest: object = {}, own: object = {}): string =>
  JSON.stringify({ batch: [{ ...event, messageId, ...own }], ...rest });

/** What the clients of Segment and RudderStack really send, as their sources have it. */
const oddities: readonly Oddity[] = [
  { client: 'analytics-python: key in the body, no header', url: '/v1/batch', headers: { 'content-type': 'application/json' }, body: (id) => batch(id, { writeKey: serverKey, sentAt: '2026-01-01T00:00:00+00:00' }) },
  { client: 'analytics-python: gzip', url: '/v1/batch', headers: { ...basic, 'content-encoding': 'gzip', 'content-type': 'application/json' }, body: (id) => gzipSync(batch(id)) },
  { client: 'analytics-kotlin: text/plain, key in the body', url: '/v1/b', headers: { 'content-type': 'text/plain' }, body: (id) => batch(id, { writeKey: serverKey }) },
  { client: 'analytics-swift: key in the event only', url: '/v1/b', headers: { 'content-type': 'application/json; charset=utf-8' }, body: (id) => batch(id, {}, { writeKey: serverKey }) },
  { client: 'analytics.NET: no content type', url: '/v1/import', headers: basic, body: (id) => batch(id, { messageId: 'of-the-batch' }) },
  { client: 'rudder-sdk-node: gzip that calls itself a form', url: '/v1/batch', headers: { ...basic, 'content-type': 'application/x-www-form-urlencoded' }, body: (id) => gzipSync(batch(id)) },
  { client: 'rudder beacon: key in the query', url: `/beacon/v1/batch?writeKey=${serverKey}`, headers: { 'content-type': 'text/plain;charset=UTF-8' }, body: (id) => batch(id) },
  { client: 'analytics-go: context of the batch', url: '/v1/batch', headers: basic, body: (id) => batch(id, { context: { library: { name: 'analytics-go', version: '3.0' } } }), row: { library: 'analytics-go/3.0' } },
  { client: 'analytics-java: nulls where nothing is', url: '/v1/import', headers: basic, body: (id) => batch(id, { sequence: 7, integrations: null }, { anonymousId: null, context: null, integrations: null }), row: { user_id: 'u', anonymous_id: null } },
  { client: 'analytics-php: a time with microseconds and a zone', url: '/v1/batch', headers: basic, body: (id) => batch(id, {}, { timestamp: '2026-01-02T06:04:05.678901+03:00' }), row: { original: '1767323045678' } },
  { client: 'analytics-ruby: numbers for ids', url: '/v1/import', headers: basic, body: (id) => batch(id, {}, { userId: 12345 }), row: { user_id: '12345' } },
  { client: 'analytics.js: one event to /t, text/plain', url: '/v1/t', headers: { 'content-type': 'text/plain', origin: page }, body: (messageId) => JSON.stringify({ ...event, messageId, writeKey: browserKey }), row: { source: 'site' } },
  { client: 'host without /v1', url: '/track', headers: basic, body: (messageId) => JSON.stringify({ event: 'E', userId: 'u', messageId }), row: { type: 'track' } },
  { client: 'Bearer', url: '/v1/batch', headers: { authorization: `Bearer ${serverKey}` }, body: (id) => batch(id) },
  { client: 'a retry', url: '/v1/batch', headers: { ...basic, 'x-retry-count': '3' }, body: (id) => batch(id) },
]; // prettier-ignore

it('takes what the clients in the wild send, and answers what all of them count as success', async () => {
  const collector = await openTestCollector();
  for (const [number, { client, url, headers = {}, body }] of oddities.entries()) {
    const payload = body(`wire-${number}`);
    const answer = await collector.app.inject({ method: 'POST', url, headers, payload });
    // Python and PHP want exactly 200, Ruby wants JSON.
    expect([client, answer.statusCode, answer.json()]).toEqual([
      client,
      200,
      expect.objectContaining({ success: true, accepted: 1, duplicates: 0 }),
    ]);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  }
  await collector.loaded();
  const rows = await collector.rows(
    `SELECT message_id, type, source, user_id, anonymous_id, library, CAST(epoch_ms(original_timestamp) AS VARCHAR) AS original
     FROM raw_events`,
  );
  for (const [number, { client, row = {} }] of oddities.entries()) {
    const found = rows.filter(({ message_id: id }) => id === `wire-${number}`);
    expect([client, found]).toEqual([client, [expect.objectContaining(row)]]);
  }
  expect(collector.balanced()).toBe(true);
});

it.each([
  // Without a code and a message Python sends even a 400 ten times more; Go does whatever it says.
  ['no JSON', '/v1/batch', '{', 400],
  ['a body that is no object', '/v1/batch', '[]', 400],
  ['an unknown key', '/v1/batch?writeKey=none', '{"batch":[]}', 401],
  ['an unknown route', '/v1/none', '{}', 404],
])('answers %s with JSON that has code and message', async (_what, url, payload, status) => {
  const collector = await openTestCollector();
  const headers = url.includes('?') ? {} : basic;
  const answer = await collector.app.inject({ method: 'POST', url, headers, payload });
  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toEqual({
    success: false,
    code: expect.stringMatching(/^[a-z_]+$/),
    message: expect.stringMatching(/./),
  });
});
