import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { expect, it } from 'vitest';
import { openTestCollector, serverKey } from '../support/collector.ts';

it('serves RudderStack’s own Node client, unmodified, with its compressed bodies', async () => {
  const collector = await openTestCollector();
  const port = await collector.listen();
  const client = new RudderAnalytics(serverKey, {
    dataPlaneUrl: `http://127.0.0.1:${port}`,
    flushAt: 3,
    gzip: true,
    logLevel: 'error',
  });
  client.track({
    userId: 'u1',
    event: 'Order Completed',
    properties: { total: 1.5 },
  });
  client.identify({ userId: 'u1', traits: { phone: '8 999 555-11-11', email: 'Ann@Mail.ru' } });
  client.page({ anonymousId: 'a1', name: 'Home', properties: { url: 'https://shop.example/' } });
  client.screen({ anonymousId: 'a1', name: 'Cart' });
  client.group({ userId: 'u1', groupId: 'g1', traits: { name: 'G' } });
  client.alias({ userId: 'u1', previousId: 'a1' });
  await client.flush();
  while ((collector.spool.ledger.read().get('till')?.accepted ?? 0) < 6)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await collector.loaded();
  const rows = await collector.rows(
    'SELECT type, event, user_id, anonymous_id, phone, source_kind FROM raw_events ORDER BY type',
  );
  const common = { source_kind: 'server', event: null, user_id: 'u1', anonymous_id: null, phone: null };
  expect(rows).toMatchObject([
    { ...common, type: 'alias' },
    { type: 'group', user_id: 'u1' },
    { ...common, type: 'identify', phone: '+79995551111' },
    { type: 'page', event: 'Home', anonymous_id: 'a1' },
    { type: 'screen', event: 'Cart', anonymous_id: 'a1' },
    { ...common, type: 'track', event: 'Order Completed' },
  ]);
  const [order] = await collector.rows(
    "SELECT payload->'$.properties.total' AS total, library FROM raw_events WHERE type = 'track'",
  );
  expect(order).toMatchObject({
    total: '1.5',
    library: expect.stringMatching(/^analytics-node\/3\./) as string,
  });
  expect(collector.balanced()).toBe(true);
});
