import { expect, expectTypeOf, it } from 'vitest';
import {
  createTracker,
  deal,
  meeting,
  messageIdFrom,
  orderCompleted,
  orderRefunded,
  phoneCall,
  type BusinessEvents,
  type Order,
} from '../../src/index.ts';
import { createTestCollector } from '../../src/testing/index.ts';

const order: Order = {
  orderId: 48121,
  shop: 17,
  till: 2,
  at: '2026-02-03T10:20:30+05:00',
  currency: 'RUB',
  total: '1990.10',
  discount: '0.00',
  phone: '8 (999) 555-11-22',
  lines: [{ productId: 'A-1', name: 'Плед', price: '995.05', quantity: 2, extra: { barcode: '460' } }],
};

it('makes an order by the names of the e-commerce spec, money to the last digit', () => {
  expect(orderCompleted(order)).toMatchObject({
    event: 'Order Completed',
    messageId: messageIdFrom('order', 17, 2, 48121),
    phone: '8 (999) 555-11-22',
    anonymousId: undefined,
    timestamp: '2026-02-03T10:20:30+05:00',
    properties: {
      order_id: '48121',
      shop: '17',
      till: '2',
      currency: 'RUB',
      total: '1990.10',
      discount: '0.00',
      products: [{ product_id: 'A-1', name: 'Плед', price: '995.05', quantity: '2', barcode: '460' }],
    },
  });
});

it('gives an order of an unknown customer an identity of its own', () => {
  const { messageId, anonymousId } = orderCompleted({ ...order, phone: '' });
  expect(anonymousId).toBe(messageId);
});

it('makes different ids for an order, its refunds and the same number of another till', () => {
  const refund = { orderId: 48121, shop: 17, till: 2, at: order.at, currency: 'RUB', total: '995.05' };
  const ids = [
    orderCompleted(order),
    orderCompleted({ ...order, till: 3 }),
    orderRefunded(refund),
    orderRefunded({ ...refund, refundId: 2 }),
  ].map((call) => call.messageId);
  expect(new Set(ids).size).toBe(4);
  expect(orderRefunded(refund).messageId).toBe(ids[2]);
});

it('makes calls, meetings and deals', () => {
  const at = new Date(0);
  expect(phoneCall({ callId: 'c1', direction: 'inbound', at, phone: '1', duration: 61 })).toMatchObject({
    event: 'Call Answered',
    properties: { call_id: 'c1', direction: 'inbound', duration: '61' },
  });
  expect(phoneCall({ callId: 'c1', direction: 'inbound', outcome: 'missed', at }).event).toBe('Call Missed');
  const first = meeting({ meetingId: 1, status: 'scheduled', scheduledFor: '2026-01-01T10:00:00Z', at });
  const putOff = meeting({ meetingId: 1, status: 'scheduled', scheduledFor: '2026-01-02T10:00:00Z', at });
  expect(first.event).toBe('Meeting Scheduled');
  expect(first.messageId).not.toBe(putOff.messageId);
  expect(
    deal({ dealId: 5, stage: 'C3:WON', status: 'won', amount: '12000000', currency: 'RUB', at }),
  ).toMatchObject({
    event: 'Deal Won',
    properties: { deal_id: '5', amount: '12000000' },
  });
});

it.each(['1 990.10', '1990,10', '1e3', '', '.5', 'NaN', NaN, 2 ** 60, 1e21])(
  'refuses the amount %j',
  (total) => {
    expect(() => orderCompleted({ ...order, total })).toThrow(
      expect.objectContaining({ code: 'invalid_call' }),
    );
  },
);

it('refuses an order without time, id or currency', () => {
  for (const field of ['at', 'orderId', 'currency'] as const) {
    expect(() => orderCompleted({ ...order, [field]: undefined })).toThrow(
      expect.objectContaining({ code: 'invalid_call' }),
    );
  }
});

it.each([
  ['lines must be an array', () => orderCompleted({ ...order, lines: undefined as never })],
  ['a line must be an object', () => orderCompleted({ ...order, lines: [null] as never })],
  ['an order must be an object', () => orderCompleted(null as never)],
  ['orderId must be', () => orderCompleted({ ...order, orderId: 2 ** 60, messageId: 'm' })],
  ['currency must be', () => orderCompleted({ ...order, currency: 'rub' })],
  ['currency must be', () => deal({ dealId: 1, stage: 1, currency: '₽', at: 0 })],
  ['at is missing', () => orderCompleted({ ...order, at: undefined as never })],
  ['at must be ISO 8601', () => orderCompleted({ ...order, at: '03.02.2026' })],
  ['a refund must be positive', () => orderRefunded({ ...order, total: '-5' })],
  ['outcome must be', () => phoneCall({ callId: 1, direction: 'inbound', outcome: 'busy' as never, at: 0 })],
  ['direction must be', () => phoneCall({ callId: 1, direction: 'up' as never, at: 0 })],
  ['status must be', () => meeting({ meetingId: 1, status: 'canceled' as never, at: 0 })],
  ['status must be', () => meeting({ meetingId: 1, status: 'constructor' as never, at: 0 })],
  ['scheduledFor must be', () => meeting({ meetingId: 1, status: 'held', scheduledFor: 'soon', at: 0 })],
  [
    'scheduledFor must be ISO 8601 with a zone',
    () => meeting({ meetingId: 1, status: 'held', scheduledFor: '2026-01-01T10:00', at: 0 }),
  ],
  ['status must be', () => deal({ dealId: 1, stage: 1, status: 'closed' as never, at: 0 })],
])('says with a code that %s …', (text, make) => {
  expect(make).toThrow(
    expect.objectContaining({ code: 'invalid_call', detail: expect.stringContaining(text) as string }),
  );
});

it('fits a typed tracker, which knows its events', async () => {
  interface MyEvents extends BusinessEvents {
    'Coffee Made': { readonly beans: string };
    'Door Opened': { readonly which?: string };
  }
  const collector = createTestCollector();
  const tracker = createTracker<MyEvents>({
    ...collector,
    shutdown: false,
  });
  tracker.track(orderCompleted(order));
  tracker.track({ event: 'Coffee Made', userId: '1', properties: { beans: 'arabica' } });
  tracker.track({ event: 'Door Opened', userId: '1' });
  // @ts-expect-error: an unknown name
  tracker.track({ event: 'Coffee Spilt', userId: '1' });
  // @ts-expect-error: required properties
  tracker.track({ event: 'Coffee Made', userId: '1' });
  // @ts-expect-error: a property of another type
  tracker.track({ event: 'Coffee Made', userId: '1', properties: { beans: 3 } });
  expectTypeOf(orderCompleted(order).properties.total).toEqualTypeOf<string>();
  expect(await tracker.close()).toEqual({ pending: 0 });
  expect(collector.named('Order Completed')[0]?.timestamp).toBe('2026-02-03T05:20:30.000Z');
});
