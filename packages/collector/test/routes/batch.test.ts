import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { errors } from '@nitka/core';
import type { ErrorCode } from '@nitka/core';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, it } from 'vitest';
import { browserKey, openTestCollector, page, serverKey } from '../support/collector.ts';
import type { TestCollector } from '../support/collector.ts';

const track = (messageId: string, more: object = {}) => ({
  type: 'track',
  event: 'E',
  anonymousId: 'a',
  messageId,
  ...more,
});
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });

const post = (
  { app }: TestCollector,
  body: unknown,
  { url = '/v1/batch', headers = {} } = {},
): Promise<LightMyRequestResponse> =>
  app.inject({
    method: 'POST',
    url,
    headers,
    payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });

const expectError = (response: LightMyRequestResponse, code: ErrorCode): void => {
  expect(response.json()).toEqual({ success: false, code, message: errors[code].text });
  expect(response.statusCode).toBe(errors[code].status);
};

describe('POST /v1/batch', () => {
  it('keeps each event byte for byte', async () => {
    const collector = await openTestCollector();
    const raw =
      '{ "type":"track","event" : "\\u0416", "anonymousId":"a", "messageId":"m", "n": 1.50e3, "big":12345678901234567890 }';
    const response = await post(collector, `{"writeKey":"${browserKey}","batch":[ ${raw} ]}`);
    expect(response.json()).toEqual({ success: true, accepted: 1, duplicates: 0 });
    await collector.loaded();
    expect(
      await collector.rows('SELECT event, payload::VARCHAR AS payload, batch_context FROM raw_events'),
    ).toEqual([{ event: 'Ж', payload: raw, batch_context: null }]);
  });

  it('loads nine good events and keeps the bad one with its reason', async () => {
    const collector = await openTestCollector();
    const batch: object[] = Array.from({ length: 10 }, (_, index) => track(`m${index}`));
    batch[4] = { type: 'trakc', messageId: 'm4', secret: 'kept' };
    const response = await post(collector, { batch }, { headers: basic(browserKey) });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      success: true,
      accepted: 9,
      duplicates: 0,
      rejected: [
        { index: 4, messageId: 'm4', code: 'event_type_unknown', message: errors.event_type_unknown.text },
      ],
    });
    await collector.loaded();
    expect(await collector.rows('SELECT count(*) AS n FROM raw_events')).toEqual([{ n: '9' }]);
    expect(
      await collector.rows('SELECT message_id, code, decode(payload) AS payload FROM raw_rejects'),
    ).toEqual([{ message_id: 'm4', code: 'event_type_unknown', payload: JSON.stringify(batch[4]) }]);
    expect(collector.balanced()).toBe(true);
  });

  it('knows a repeated event, and counts it', async () => {
    const collector = await openTestCollector();
    const body = { writeKey: browserKey, batch: [track('m'), track('m'), track('n')] };
    expect((await post(collector, body)).json()).toMatchObject({ accepted: 3, duplicates: 1 });
    expect((await post(collector, body)).json()).toMatchObject({ accepted: 3, duplicates: 3 });
    await collector.loaded();
    expect(await collector.rows('SELECT message_id FROM raw_events ORDER BY 1')).toEqual([
      { message_id: 'm' },
      { message_id: 'n' },
    ]);
    expect(collector.balanced()).toBe(true);
  });

  it('makes a messageId where there is none', async () => {
    const collector = await openTestCollector();
    await post(collector, {
      writeKey: browserKey,
      batch: [track(undefined as never), { ...track('x'), messageId: null }],
    });
    await collector.loaded();
    const rows = await collector.rows('SELECT message_id FROM raw_events');
    expect(rows.map(({ message_id: id }) => /^[0-9a-f-]{36}$/.test(String(id)))).toEqual([true, true]);
  });

  it('merges the context of the batch into the columns and keeps it beside the event', async () => {
    const collector = await openTestCollector();
    const context = { library: { name: 'analytics-go', version: '3.0' }, sessionId: 's', sequence: 7 };
    await post(collector, {
      writeKey: browserKey,
      context,
      integrations: { All: true },
      sentAt: 'nonsense',
      batch: [track('m')],
    });
    await collector.loaded();
    const [row] = await collector.rows(
      'SELECT library, session_id, sequence, batch_context::VARCHAR AS c FROM raw_events',
    );
    expect(row).toMatchObject({ library: 'analytics-go/3.0', session_id: 's', sequence: '7' });
    expect(JSON.parse(String(row?.['c']))).toEqual({
      context,
      integrations: { All: true },
      sentAt: 'nonsense',
    });
  });

  it.each([
    ['no content type', {}, (text: string) => text],
    ['text/plain', { 'content-type': 'text/plain;charset=UTF-8' }, (text: string) => text],
    ['json', { 'content-type': 'application/json' }, (text: string) => text],
    ['nonsense', { 'content-type': 'nonsense' }, (text: string) => text],
    ['gzip', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, gzipSync],
    ['gzip called a form', { 'content-type': 'application/x-www-form-urlencoded' }, gzipSync],
  ])('reads a body sent as %s', async (_name, headers, encode) => {
    const collector = await openTestCollector();
    const response = await post(
      collector,
      encode(JSON.stringify({ writeKey: browserKey, batch: [track('m')] })),
      { headers },
    );
    expect(response.json()).toEqual({ success: true, accepted: 1, duplicates: 0 });
  });

  it.each([
    ['Basic', { headers: basic(serverKey) }],
    ['Bearer', { headers: { authorization: `Bearer ${serverKey}` } }],
    ['the query', { url: `/v1/batch?writeKey=${serverKey}` }],
  ])('takes the write key by %s', async (_name, options) => {
    const collector = await openTestCollector();
    expect((await post(collector, { batch: [track('m')] }, options)).statusCode).toBe(200);
    expect((await post(collector, { batch: [track('n', { writeKey: serverKey })] })).statusCode).toBe(200);
    expect(collector.spool.ledger.read().get('till')?.accepted).toBe(2);
  });

  it('answers garbage, and keeps it if its key is known', async () => {
    const collector = await openTestCollector();
    expectError(await post(collector, '{"batch":[{"a":1', { headers: basic(serverKey) }), 'malformed_json');
    expectError(await post(collector, Buffer.from([0xff, 0xfe, 0])), 'malformed_json');
    expectError(await post(collector, ''), 'malformed_json');
    expectError(await post(collector, '[1,2]'), 'invalid_body');
    expectError(await post(collector, { writeKey: browserKey, batch: {} }), 'invalid_body');
    expect(collector.spool.rejects.list(9)).toMatchObject([
      {
        source: 'site',
        code: 'invalid_body',
        payload: Buffer.from(`{"writeKey":"${browserKey}","batch":{}}`),
      },
      { source: 'till', code: 'malformed_json', payload: Buffer.from('{"batch":[{"a":1') },
    ]);
    expect(collector.balanced()).toBe(true);
  });

  it('answers a wrong key', async () => {
    const collector = await openTestCollector();
    const body = { batch: [track('m')] };
    expectError(await post(collector, body), 'unknown_write_key');
    expectError(await post(collector, body, { headers: basic('nb_wrong_key') }), 'unknown_write_key');
    expectError(await post(collector, { ...body, writeKey: '__proto__' }), 'unknown_write_key');
    expectError(await post(collector, { ...body, writeKey: { a: 1 } }), 'unknown_write_key');
    expect(collector.spool.ledger.read().size).toBe(0);
  });

  it('answers a foreign origin, and a secret key in a page', async () => {
    const collector = await openTestCollector();
    const body = { batch: [track('m')] };
    const foreign = { origin: 'https://evil.example' };
    expectError(
      await post(collector, body, { headers: { ...basic(browserKey), ...foreign } }),
      'origin_not_allowed',
    );
    expectError(
      await post(collector, body, { headers: { ...basic(browserKey), origin: 'null' } }),
      'origin_not_allowed',
    );
    expectError(
      await post(collector, body, { headers: { ...basic(serverKey), origin: page } }),
      'origin_not_allowed',
    );
    expect(collector.spool.head()).toBe(1);
  });

  it('rejects an event of 1 MB alone, and a body over the limit whole', async () => {
    const collector = await openTestCollector();
    const big = track('big', { properties: { text: 'x'.repeat(1_000_000) } });
    const response = await post(collector, { writeKey: browserKey, batch: [track('m'), big] });
    expect(response.json()).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, messageId: 'big', code: 'event_too_large' }],
    });
    expect(collector.spool.rejects.list(1)[0]?.payload.toString()).toBe(JSON.stringify(big));
    expectError(await post(collector, 'x'.repeat(4_200_000)), 'body_too_large');
  });

  it('does not inflate a gzip bomb', async () => {
    // Compressed off the event loop: the collector takes a blocked one for overload.
    const bomb = await promisify(gzip)(Buffer.alloc(200_000_000, 0x20));
    const collector = await openTestCollector();
    expectError(await post(collector, bomb, { headers: { 'content-encoding': 'gzip' } }), 'body_too_large');
    expectError(
      await post(collector, gzipSync('{}').subarray(0, 12), { headers: { 'content-encoding': 'gzip' } }),
      'malformed_json',
    );
    expectError(
      await post(collector, '{}', { headers: { 'content-encoding': 'br' } }),
      'unsupported_encoding',
    );
  });

  it('rejects a deeply nested event alone, and a body of brackets at once', async () => {
    const collector = await openTestCollector();
    const nest = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    const response = await post(collector, {
      writeKey: browserKey,
      batch: [track('m', { properties: { a: nest(40) } }), track('n')],
    });
    expect(response.json()).toMatchObject({
      accepted: 1,
      rejected: [{ index: 0, code: 'nesting_too_deep' }],
    });
    expectError(await post(collector, '['.repeat(4_000_000)), 'malformed_json');
  });

  it('is not polluted by prototypes', async () => {
    const collector = await openTestCollector();
    const batch =
      '[{"__proto__":{"type":"track","event":"E","anonymousId":"a"},"constructor":{"prototype":{"polluted":1}}}]';
    const response = await post(
      collector,
      `{"writeKey":"${browserKey}","__proto__":{"polluted":1},"batch":${batch}}`,
    );
    expect(response.json()).toMatchObject({ accepted: 0, rejected: [{ code: 'event_type_unknown' }] });
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
  });

  it('keeps what is not UTF-8 as a reject, with its bytes', async () => {
    const collector = await openTestCollector();
    const bad = Buffer.concat([
      Buffer.from('{"type":"track","event":"'),
      Buffer.from([0xcf, 0xf0]),
      Buffer.from('","anonymousId":"a"}'),
    ]);
    const body = Buffer.concat([
      Buffer.from(`{"writeKey":"${browserKey}","batch":[`),
      bad,
      Buffer.from(']}'),
    ]);
    expect((await post(collector, body)).json()).toMatchObject({
      accepted: 0,
      rejected: [{ code: 'field_invalid' }],
    });
    expect(collector.spool.rejects.list(1)[0]?.payload.equals(bad)).toBe(true);
  });

  it('answers other methods and routes with a code', async () => {
    const { app } = await openTestCollector();
    expectError(await app.inject({ method: 'GET', url: '/v1/batch' }), 'method_not_allowed');
    expectError(await app.inject({ method: 'GET', url: '/v1/nothing' }), 'not_found');
  });
});

describe('routes of single events', () => {
  it.each(['/v1/track', '/track', '/v1/t', '/t'])('takes one at %s, its bytes as they are', async (url) => {
    const collector = await openTestCollector();
    const body = `{"event":"E", "userId": "u", "messageId":"m","writeKey":"${browserKey}"}`;
    expect((await post(collector, body, { url })).json()).toEqual({
      success: true,
      accepted: 1,
      duplicates: 0,
    });
    await collector.loaded();
    expect(await collector.rows('SELECT type, payload::VARCHAR AS p FROM raw_events')).toEqual([
      { type: 'track', p: body },
    ]);
  });

  it.each(['/v1/import', '/v1/b', '/batch', '/b', '/import', '/beacon/v1/batch'])(
    'takes a batch at %s',
    async (url) => {
      const collector = await openTestCollector();
      expect(
        (await post(collector, { batch: [track('m')] }, { url: `${url}?writeKey=${browserKey}` })).statusCode,
      ).toBe(200);
    },
  );

  it('takes one by pixel, and answers with an image whatever becomes of it', async () => {
    const collector = await openTestCollector();
    const data = Buffer.from(JSON.stringify({ ...track('m'), writeKey: browserKey })).toString('base64url');
    for (const query of [`data=${data}`, 'data=%%%', '']) {
      const response = await collector.app.inject({ method: 'GET', url: `/v1/pixel/track?${query}` });
      expect(response.statusCode).toBe(200);
      expect(response.headers['content-type']).toBe('image/gif');
      expect(response.rawPayload.subarray(0, 3).toString()).toBe('GIF');
    }
    expect(collector.spool.ledger.read().get('site')?.accepted).toBe(1);
  });
});
