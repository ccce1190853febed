import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCollector, writeKeys, type CollectorProcess } from './support/collector.ts';
import { at, fact, link, visitor } from './support/raw-events.ts';

const text = readFileSync(new URL('../docs/raw-layer.md', import.meta.url), 'utf8');
const blocks = new Map(
  [...text.matchAll(/```sql (\w+)\n([\s\S]*?)```/g)].map(([, name = '', sql = '']) => [name, sql]),
);

let collector: CollectorProcess;

const visit = (who: string, hour: number, path: string, source?: string) => ({
  type: 'page',
  anonymousId: visitor(who),
  timestamp: at(hour, source ? 0 : 1),
  context: { sessionId: `session-${who}-${hour}`, page: { path }, ...(source && { campaign: { source } }) },
});

const numbered = (who: string, sequence: number) => ({
  type: 'track',
  event: 'Lamp Seen',
  anonymousId: visitor(who),
  timestamp: at(12, sequence),
  context: { sequence },
});

const anna = { phone: '8 (999) 555-11-11', asStored: '+79995551111' };

const fromPages = [
  // One phone, two visitors.
  visit('1', 1, '/lamps', 'yandex'),
  visit('1', 1, '/lamps/7'),
  link('1', 1, { phone: anna.phone }),
  visit('2', 3, '/account', 'vk'),
  link('2', 3, { phone: anna.phone, email: 'Anna@Mail.ru', name: 'Anna' }, 'customer-1'),
  visit('2', 9, '/returns'),
  // One visitor, two phones.
  visit('3', 2, '/'),
  link('3', 2, { phone: '+79161230455' }),
  link('3', 4, { phone: '+79161230466' }),
  visit('4', 2, '/lamps', 'stranger'),
  // Half a surrogate pair, which would stop a query that reads the payload.
  visit('4', 3, '/\ud800'),
  // The third and the fourth never came; the last came before the second.
  ...[1, 6, 2, 5].map((sequence) => numbered('3', sequence)),
  // No page gives the last of these.
  ...[3, 1, 2, -5].map((sequence) => numbered('4', sequence)),
];
const fromServers = [
  // Before its order.
  fact('Order Refunded', 8, { order_id: '48121', total: '995.05' }, anna.phone),
  fact('Call Answered', 2, { call_id: '1' }, anna.phone),
  fact('Order Completed', 6, { order_id: '48121', total: '1990.10' }, '+7 999 555 11 11'),
  fact('Order Completed', 7, { order_id: '48122', total: '10.00' }, '+7 916 123 04 66'),
  // Of nobody, and of an order that never comes.
  fact('Order Completed', 5, { order_id: '48120', total: 'many' }),
  fact('Order Refunded', 4, { order_id: '1', total: '5' }, '+7 921 555 44 33'),
];

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

beforeAll(async () => {
  collector = await startCollector();
  await send(writeKeys.browser, fromPages);
  for (const event of fromServers) await send(writeKeys.server, [event]);
  await collector.eventually<{ n: string }>(
    'SELECT count(*) AS n FROM raw_events',
    ([row]) => Number(row?.n) === fromPages.length + fromServers.length,
  );
});
afterAll(() => collector?.close());

const ask = (name: string, prefix = ''): Promise<Record<string, unknown>[]> =>
  collector.query(prefix + blocks.get(name)!);
const customers = blocks.get('customers')!;

it('asks for users as Segment’s warehouse has them', async () => {
  expect(await ask('users')).toEqual([
    { id: 'customer-1', first_name: null, phone: anna.asStored, email: 'anna@mail.ru' },
  ]);
});

it('makes a table of an event, as Segment’s warehouse has it', async () => {
  const rows = await ask('event');
  expect(rows.map(({ id, order_id, total }) => [id, order_id, total]).sort()).toEqual([
    ['Order Completed 5', '48120', null],
    ['Order Completed 6', '48121', '1990.10'],
    ['Order Completed 7', '48122', '10.00'],
  ]);
});

it('asks for sessions and what brought them', async () => {
  const rows = await ask('sessions');
  expect(rows).toHaveLength(6);
  expect(rows[0]).toMatchObject({
    visitor: visitor('1'),
    pages: '2',
    landed_on: '/lamps',
    came_from: 'yandex',
  });
});

it('makes one customer of two visitors with one phone, and of one visitor with two phones', async () => {
  const rows = await collector.query<{ id: string; customer: string }>(
    `${customers} SELECT * FROM customers`,
  );
  const groups = new Map<string, string[]>();
  for (const { id, customer } of rows) groups.set(customer, [...(groups.get(customer) ?? []), id]);
  const idsOf = (customer: string) => groups.get(customer)?.sort();
  expect(idsOf(`visitor ${visitor('1')}`)).toEqual([
    'email anna@mail.ru',
    `phone ${anna.asStored}`,
    'user customer-1',
    `visitor ${visitor('1')}`,
    `visitor ${visitor('2')}`,
  ]);
  expect(idsOf(`visitor ${visitor('3')}`)).toEqual([
    'phone +79161230455',
    'phone +79161230466',
    `visitor ${visitor('3')}`,
  ]);
  expect(idsOf(`visitor ${visitor('4')}`)).toHaveLength(1);
  expect(idsOf('phone +79215554433')).toHaveLength(1);
  expect(groups.size).toBe(4);
});

it('tells what one customer did, from the advertisement to the refund', async () => {
  expect((await ask('thread', customers)).map(({ what, came_from }) => [what, came_from])).toEqual([
    ['page', 'yandex'],
    ['page', null],
    ['identify', null],
    ['Call Answered', null],
    ['page', 'vk'],
    ['identify', null],
    ['Order Completed', null],
    ['Order Refunded', null],
    ['page', null],
  ]);
});

it('lists the visitors that several phones were left from', async () => {
  expect(await ask('shared')).toMatchObject([{ visitor: visitor('3'), phones: '2' }]);
});

it('finds the visit before a call and a receipt, once for each', async () => {
  expect(
    (await ask('led', customers)).map(({ event, came_from, visited }) => [event, came_from, !!visited]),
  ).toEqual([
    ['Call Answered', 'yandex', true],
    ['Order Completed', null, false],
    ['Order Completed', 'vk', true],
    ['Order Completed', null, true],
  ]);
});

it('nets orders and refunds in whatever order they came', async () => {
  expect((await ask('orders')).map(({ order_id, sold_at, net }) => [order_id, !!sold_at, net])).toEqual([
    ['1', false, '-5.00'],
    ['48120', true, '0.00'],
    ['48121', true, '995.05'],
    ['48122', true, '10.00'],
  ]);
});

it('finds the visitors of whom something was lost before the collector', async () => {
  expect(await ask('lost')).toEqual([{ visitor: visitor('3'), arrived: '4', missing: '2' }]);
});

it('leaves no SQL of the page untried', () => {
  expect([...blocks.keys()]).toEqual([
    'users',
    'event',
    'sessions',
    'customers',
    'thread',
    'shared',
    'led',
    'orders',
    'lost',
  ]);
  expect(text.match(/```sql/g)).toHaveLength(blocks.size);
});
