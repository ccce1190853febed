import { expect, it } from 'vitest';
import { createSequence } from '../src/sequence.ts';
import { createBrowserQueueStorage } from '../src/storage/queue.ts';
import { idAt, memoryStore } from './fakes.ts';

const everything = { count: 1000, bytes: 1e6 };

const openTab = (store = memoryStore(), tab = 'aa') => {
  const storage = createBrowserQueueStorage(store, 'q.', tab, new Set());
  return { store, storage, sequence: createSequence(store, 'n', storage) };
};
const add = ({ storage }: ReturnType<typeof openTab>, name: string, at: number): void => {
  const json = JSON.stringify({ context: { library: {} }, event: name });
  storage.append(json, json.length, at);
};
const parse = (texts: string[]) =>
  texts
    .map((text) => JSON.parse(text) as { anonymousId: string; event: string; context: { sequence: number } })
    .map(({ anonymousId, event, context }) => [event, context.sequence, anonymousId]);

it('numbers events in the order of the queue, whatever the tab', () => {
  const one = openTab();
  const other = openTab(one.store, 'bb');
  add(one, 'a', 1);
  add(other, 'b', 2);
  add(one, 'c', 3);
  const first = one.storage.read({ count: 2, bytes: 1e6 });
  expect(parse(one.sequence.stamp(first, idAt(1)))).toEqual([
    ['a', 1, idAt(1)],
    ['b', 2, idAt(1)],
  ]);
  one.storage.remove(first);
  expect(parse(other.sequence.stamp(other.storage.read(everything), idAt(1)))).toEqual([['c', 3, idAt(1)]]);
});

it('keeps the number of an event that is sent again, and not its id', () => {
  const tab = openTab();
  add(tab, 'a', 1);
  add(tab, 'b', 2);
  const records = tab.storage.read(everything);
  tab.sequence.stamp(records, idAt(2));
  const halved = tab.sequence.stamp(records.slice(1), idAt(2));
  const readAgain = tab.sequence.stamp(tab.storage.read(everything), idAt(1));
  expect(parse(halved)).toEqual([['b', 2, idAt(2)]]);
  expect(parse(readAgain)).toEqual([
    ['a', 1, idAt(1)],
    ['b', 2, idAt(1)],
  ]);
});

it('starts at 1 for another visitor; what was sealed keeps its own', () => {
  const tab = openTab();
  add(tab, 'old', 1);
  tab.sequence.seal(idAt(1));
  add(tab, 'new', 2);
  expect(parse(tab.sequence.stamp(tab.storage.read(everything), idAt(2)))).toEqual([
    ['old', 1, idAt(1)],
    ['new', 1, idAt(2)],
  ]);
});

it('counts from 1 when its memory is broken', () => {
  const tab = openTab();
  tab.store.set('n', `${idAt(1)}|x`);
  add(tab, 'a', 1);
  expect(parse(tab.sequence.stamp(tab.storage.read(everything), idAt(1)))).toEqual([['a', 1, idAt(1)]]);
});

it('puts in what was too slow for the call, and the session that the tabs agree on', () => {
  const store = memoryStore();
  const storage = createBrowserQueueStorage(store, 'q.', 'aa', new Set());
  const sequence = createSequence(
    store,
    'n',
    storage,
    () => ({ timezone: 'Europe/Moscow' }),
    (id) => (id === idAt(1) ? idAt(2) : id),
  );
  const json = JSON.stringify({
    context: { sessionId: idAt(1), library: {} },
    properties: { context: { sessionId: idAt(1) } },
  });
  storage.append(json, json.length, 1);
  const [text] = sequence.stamp(storage.read(everything), idAt(3));
  expect(JSON.parse(text!)).toEqual({
    anonymousId: idAt(3),
    context: { sequence: 1, timezone: 'Europe/Moscow', sessionId: idAt(2), library: {} },
    properties: { context: { sessionId: idAt(1) } },
  });
});
