import { createHmac } from 'node:crypto';
import { claimsOf, signedPartOf } from '@nitka/core';
import { expect, it } from 'vitest';
import { checkIdentity } from '../src/identity-check.ts';
import { browserKey, openTestCollector, page } from './support/collector.ts';

const secret = 'an identity secret of 32 characters';
const visitor = '019aa7d0-0000-7000-8000-0000000000aa';
const now = 1_800_000_000_000;
const claim = { userId: 'customer-42', anonymousId: visitor };

const sign = (userId: string, anonymousId: string | undefined, expiresAt: number, key = secret): string => {
  const identity = { userId, ...(anonymousId && { anonymousId }) };
  const signed = signedPartOf(Buffer.from(claimsOf(identity, expiresAt)).toString('base64url'));
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
};

it('takes the token that the Node SDK makes: its test has the same one', () => {
  const token =
    'n1.eyJzdWIiOiJjdXN0b21lci00MiIsImFpZCI6IjAxOWFhN2QwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDBhYSIsImV4cCI6MTkwMDAwMDAwMH0' +
    '.ZLXhdsqEXOGl6ajDyfpuU3XclHoyGKeMS3f47T-6Wbg';
  expect(checkIdentity(secret, { token, ...claim }, now)).toBe('verified');
  expect(token).toBe(sign('customer-42', visitor, 1_900_000_000_000));
});

it.each<[string, unknown]>([
  ['verified', sign('customer-42', undefined, now + 1000)],
  ['expired', sign('customer-42', visitor, now)],
  ['foreign', sign('customer-43', visitor, now + 1000)],
  ['foreign', sign('customer-42', '019aa7d0-0000-7000-8000-0000000000bb', now + 1000)],
  ['forged', sign('customer-42', visitor, now + 1000, `${secret}!`)],
  ['forged', sign('customer-42', visitor, now + 1000).slice(0, -1)],
  ['forged', `${sign('customer-42', visitor, now + 1000)}.x`],
  ['forged', 'n1..'],
  ['forged', ''],
  ['forged', null],
  ['forged', { sub: 'customer-42' }],
  ['forged', 'n1.'.padEnd(100_000, 'A')],
])('%s: %#', (verdict, token) => {
  expect(checkIdentity(secret, { token, ...claim }, now)).toBe(verdict);
});

it('marks what a page claims, keeps every row, and lets no sender write such a mark', async () => {
  const collector = await openTestCollector({
    sources: [
      { name: 'site', kind: 'browser', writeKey: browserKey, origins: [page], identitySecret: secret },
    ],
  });
  const later = Date.now() + 60_000;
  const identify = (messageId: string, token?: unknown) => ({
    type: 'identify',
    messageId,
    ...claim,
    ...(token !== undefined && { context: { identityToken: token } }),
  });
  const batch = [
    identify('good', sign('customer-42', visitor, later)),
    identify('other-user', sign('customer-7', visitor, later)),
    identify('old', sign('customer-42', visitor, 1000)),
    identify('forged', 'n1.e30.AAAA'),
    identify('strange', { $gt: '' }),
    identify('without'),
  ];
  const lie = { identity: { without: 'verified' } };
  const response = await collector.app.inject({
    method: 'POST',
    url: '/v1/batch',
    headers: { origin: page },
    payload: JSON.stringify({ writeKey: browserKey, nitka: lie, batch }),
  });
  expect(response.json()).toMatchObject({ success: true, accepted: 6 });
  await collector.loaded();
  const rows = await collector.rows(
    `SELECT message_id, user_id, json_extract_string(batch_context, '$.nitka.identity."' || message_id || '"') AS identity
     FROM raw_events ORDER BY message_id`,
  );
  expect(rows.map((row) => [row['message_id'], row['user_id'], row['identity']])).toEqual([
    ['forged', 'customer-42', 'forged'],
    ['good', 'customer-42', 'verified'],
    ['old', 'customer-42', 'expired'],
    ['other-user', 'customer-42', 'foreign'],
    ['strange', 'customer-42', 'forged'],
    ['without', 'customer-42', null],
  ]);
});

it('a lie alone is not kept either', async () => {
  const collector = await openTestCollector();
  await collector.app.inject({
    method: 'POST',
    url: '/v1/batch',
    headers: { origin: page },
    payload: `{"writeKey":"${browserKey}","nitk\\u0061":{"identity":{"m":"verified"}},"more":1,"batch":[{"type":"identify","messageId":"m","userId":"u"}]}`,
  });
  await collector.loaded();
  expect(await collector.rows('SELECT CAST(batch_context AS VARCHAR) AS context FROM raw_events')).toEqual([
    { context: '{"more":1}' },
  ]);
});
