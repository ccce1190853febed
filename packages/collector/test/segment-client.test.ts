import { Analytics } from '@segment/analytics-node';
import { expect, it } from 'vitest';
import { openTestCollector, serverKey } from './support/collector.ts';

it('serves Segment’s own Node client, unmodified', async () => {
  const collector = await openTestCollector();
  const port = await collector.listen();
  const client = new Analytics({
    writeKey: serverKey,
    host: `http://127.0.0.1:${port}`,
    path: '/v1/batch',
    maxEventsInBatch: 3,
  });
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  const timestamp = new Date('2026-01-02T03:04:05.678Z');
  client.track({
    userId: 'u1',
    event: 'Order Completed',
    properties: { total: 1.5 },
    timestamp,
    messageId: 'order-1',
  });
  client.identify({ userId: 'u1', traits: { phone: '8 999 555-11-11', email: 'Ann@Mail.ru' } });
  client.page({ anonymousId: 'a1', name: 'Home', properties: { url: 'https://shop.example/' } });
  client.screen({ anonymousId: 'a1', name: 'Cart' });
  client.group({ userId: 'u1', groupId: 'g1', traits: { name: 'G' } });
  client.alias({ userId: 'u1', previousId: 'a1' });
  await client.closeAndFlush({ timeout: 60_000 });
  expect(errors).toEqual([]);
  await collector.loaded();
  const rows = await collector.rows(
    'SELECT type, event, user_id, anonymous_id, phone, email, source, source_kind, bot FROM raw_events ORDER BY type',
  );
  const common = {
    source: 'till',
    source_kind: 'server',
    bot: null,
    event: null,
    user_id: 'u1',
    anonymous_id: null,
    phone: null,
    email: null,
  };
  expect(rows).toEqual([
    { ...common, type: 'alias' },
    { ...common, type: 'group' },
    { ...common, type: 'identify', phone: '+79995551111', email: 'ann@mail.ru' },
    { ...common, type: 'page', event: 'Home', user_id: null, anonymous_id: 'a1' },
    { ...common, type: 'screen', event: 'Cart', user_id: null, anonymous_id: 'a1' },
    { ...common, type: 'track', event: 'Order Completed' },
  ]);
  const [order] = await collector.rows(
    "SELECT message_id, library, epoch_ms(original_timestamp) AS t, payload->'$.properties.total' AS total FROM raw_events WHERE type = 'track'",
  );
  expect(order).toMatchObject({ message_id: 'order-1', t: String(timestamp.getTime()), total: '1.5' });
  expect(order?.['library']).toMatch(/^@segment\/analytics-node\/3\./);
  expect(await collector.rows('SELECT previous_id FROM aliases')).toEqual([{ previous_id: 'a1' }]);
  expect(await collector.rows('SELECT group_id FROM groups')).toEqual([{ group_id: 'g1' }]);
  expect(await collector.rows('SELECT event, event_text FROM tracks')).toEqual([
    { event: 'order_completed', event_text: 'Order Completed' },
  ]);
  expect(collector.balanced()).toBe(true);
});
