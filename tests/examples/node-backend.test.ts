import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createBackend } from '../../examples/node-backend/backend.ts';
import { startCollector, writeKeys, type CollectorProcess } from '../support/collector.ts';
import { shareStage } from '../support/share-stage.ts';

let collector: CollectorProcess;
shareStage(startCollector, (started) => (collector = started));

it('a login and an order that was sent twice become two rows', async () => {
  const backend = createBackend({ endpoint: collector.url, writeKey: writeKeys.server });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const { port } = backend.address() as AddressInfo;
  const post = async (path: string, body: object): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify(body) })).status;

  expect(await post('/login', { userId: '42', email: ' Ann@Mail.ru' })).toBe(204);
  const order = { userId: '42', number: '1001', total: '4990.00' };
  expect(await post('/orders', order)).toBe(204);
  expect(await post('/orders', order)).toBe(204);
  expect(await post('/nowhere', {})).toBe(404);
  backend.close();

  const rows = await collector.eventually(
    `SELECT type, event, user_id, email, payload->>'$.properties.total' AS total FROM raw_events ORDER BY type`,
    ({ length }) => length >= 2,
  );
  expect(rows).toEqual([
    { type: 'identify', event: null, user_id: '42', email: 'ann@mail.ru', total: null },
    { type: 'track', event: 'Order Completed', user_id: '42', email: null, total: '4990.00' },
  ]);
});
