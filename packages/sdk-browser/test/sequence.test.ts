import { expect, it } from 'vitest';
import { createSequence, type SequenceParts } from '../src/sequence.ts';
import { createEventQueue } from '../src/storage/queue.ts';
import { createFakeClock, idAt, memoryStore } from './fakes.ts';

const everything = { count: 1000, bytes: 1e6 };
const none = (): boolean => false;

const openTab = (store = memoryStore(), tab = 'aa', parts: Partial<SequenceParts> = {}) => {
  const clock = createFakeClock(0);
  const queue = createEventQueue(
    { store, prefix: 'q.', page: tab, clock, tell: () => {} },
    { maxQueueCount: 100, maxQueueBytes: 1e6, maxQueueAge: 0 },
  );
  const sequence = createSequence({ store, queue, settleSession: (id) => id, ...parts });
  return { store, queue, clock, sequence, read: () => queue.read(everything, none) };
};
const add = async ({ queue, clock }: ReturnType<typeof openTab>, event: string, at: number) => {
  await clock.advance(at - clock.now());
  queue.add(JSON.stringify({ context: { sessionId: idAt(9), library: {} }, event }));
};
const parse = (texts: string[]) =>
  texts
    .map((text) => JSON.parse(text) as { anonymousId: string; event: string; context: { sequence: number } })
    .map(({ anonymousId, event, context }) => [event, context.sequence, anonymousId]);

it('numbers events in the order of the queue, whatever the tab', async () => {
  const one = openTab();
  const other = openTab(one.store, 'bb');
  await add(one, 'a', 1);
  await add(other, 'b', 2);
  await add(one, 'c', 3);
  const first = one.queue.read({ count: 2, bytes: 1e6 }, none);
  expect(parse(one.sequence.stamp(first, idAt(1)))).toEqual([
    ['a', 1, idAt(1)],
    ['b', 2, idAt(1)],
  ]);
  one.queue.remove(first.map(({ key }) => key));
  expect(parse(other.sequence.stamp(other.read(), idAt(1)))).toEqual([['c', 3, idAt(1)]]);
});

it('keeps the number of an event that is sent again, and not its id', async () => {
  const tab = openTab();
  await add(tab, 'a', 1);
  await add(tab, 'b', 2);
  const records = tab.read();
  tab.sequence.stamp(records, idAt(2));
  const halved = tab.sequence.stamp(records.slice(1), idAt(2));
  const readAgain = tab.sequence.stamp(tab.read(), idAt(1));
  expect(parse(halved)).toEqual([['b', 2, idAt(2)]]);
  expect(parse(readAgain)).toEqual([
    ['a', 1, idAt(1)],
    ['b', 2, idAt(1)],
  ]);
});

it('starts at 1 for another visitor; what was sealed keeps its own', async () => {
  const tab = openTab();
  await add(tab, 'old', 1);
  tab.sequence.seal(idAt(1));
  await add(tab, 'new', 2);
  expect(parse(tab.sequence.stamp(tab.read(), idAt(2)))).toEqual([
    ['old', 1, idAt(1)],
    ['new', 1, idAt(2)],
  ]);
});

it('counts from 1 when its memory is broken', async () => {
  const tab = openTab();
  tab.store.set('n', `${idAt(1)}|x`);
  await add(tab, 'a', 1);
  expect(parse(tab.sequence.stamp(tab.read(), idAt(1)))).toEqual([['a', 1, idAt(1)]]);
});

it('puts in what was too slow for the call, and the session that the tabs agree on', async () => {
  const tab = openTab(undefined, undefined, {
    readLater: () => ({ timezone: 'Europe/Moscow' }),
    settleSession: (id) => (id === idAt(1) ? idAt(2) : id),
  });
  const json = JSON.stringify({
    context: { sessionId: idAt(1), library: {} },
    properties: { context: { sessionId: idAt(1) } },
  });
  tab.queue.add(json);
  const [text] = tab.sequence.stamp(tab.read(), idAt(3));
  expect(JSON.parse(text!)).toEqual({
    anonymousId: idAt(3),
    context: { sequence: 1, timezone: 'Europe/Moscow', sessionId: idAt(2), library: {} },
    properties: { context: { sessionId: idAt(1) } },
  });
});
