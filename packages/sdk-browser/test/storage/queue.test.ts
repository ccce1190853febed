import { beforeEach, describe, expect, it, vi } from 'vitest';
import { storageConformance, type QueueStorage } from '../storage.conformance.ts';
import { createEventQueue } from '../../src/storage/queue.ts';
import { createTextStore, type TextStore } from '../../src/storage/text-store.ts';
import { memoryStore } from '../fakes.ts';

const everything = { count: 1000, bytes: 1e6 };
const none = (): boolean => false;
const tell = vi.fn();
const local = (): TextStore => createTextStore(() => localStorage, 'ntk.');

const open = (page = 'aa', store = local(), bounds = {}) => {
  let now = 0;
  const queue = createEventQueue(
    { store, prefix: 'q.', page, clock: { now: () => now }, tell },
    { maxQueueCount: 5000, maxQueueBytes: 2e6, maxQueueAge: 0, ...bounds },
  );
  return {
    ...queue,
    addAt(at: number, json: string) {
      now = at;
      queue.add(json);
    },
    at: (time: number) => void (now = time),
    texts: () => queue.read(everything, none).map(({ json }) => json),
  };
};

/** The queue with the methods of a storage tier. */
const asStorage = (queue: ReturnType<typeof open>): QueueStorage => ({
  append: (json, _bytes, at) => queue.addAt(at, json),
  read: (limit, after = '') => queue.read(limit, (key) => key <= after),
  remove: (records) => queue.remove(records.map(({ key }) => key)),
  size: () => ({
    count: queue.refresh().length,
    bytes: queue.read(everything, none).reduce((sum, { bytes }) => sum + bytes, 0),
  }),
});

const clear = (): void => localStorage.clear();

storageConformance('localStorage', { open: () => asStorage(open()), cleanUp: clear });
storageConformance('memory, where localStorage is blocked', {
  open: () => asStorage(open('aa', memoryStore())),
});
storageConformance('localStorage that is full', {
  open: () =>
    asStorage(
      open(
        'aa',
        createTextStore(
          () =>
            ({
              getItem: () => null,
              setItem() {
                throw new DOMException('', 'QuotaExceededError');
              },
            }) as unknown as Storage,
        ),
      ),
    ),
});

describe('the queue of all tabs', () => {
  beforeEach(() => {
    clear();
    tell.mockClear();
  });

  it('writes one key an event and rewrites no other', () => {
    const written: string[] = [];
    const spied = createTextStore(
      () =>
        ({
          getItem: (key: string) => localStorage.getItem(key),
          setItem(key: string, value: string) {
            written.push(key);
            localStorage.setItem(key, value);
          },
        }) as unknown as Storage,
      'ntk.',
    );
    open().addAt(1, '{"a":1}');
    open('bb', spied).addAt(2, '{"a":2}');
    expect(written).toHaveLength(1);
    expect(localStorage).toHaveLength(2);
  });

  it('is one queue for two tabs, in the order of the calls', () => {
    const [one, other] = [open('aa'), open('bb')];
    one.addAt(10, '{"n":1}');
    other.addAt(20, '{"n":2}');
    one.addAt(30, '{"n":3}');
    expect(other.texts()).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    const own = one.read(everything, (key) => !key.includes('.aa.'));
    expect(own.map(({ json }) => json)).toEqual(['{"n":1}', '{"n":3}']);
    other.remove(other.read(everything, none).map(({ key }) => key));
    expect([other.count(), one.count()]).toEqual([0, 3]);
    one.refresh();
    expect(one.count()).toBe(0);
  });

  it('keeps the order of calls when the clock is set back', () => {
    const queue = open();
    queue.addAt(5000, '{"n":1}');
    queue.addAt(1000, '{"n":2}');
    expect(queue.texts()).toEqual(['{"n":1}', '{"n":2}']);
  });

  it('passes over what it is told to, and keeps a text that is rewritten', () => {
    const queue = open();
    for (const n of [1, 2, 3]) queue.addAt(n, `{"n":${n}}`);
    const [first, second] = queue.read(everything, none);
    queue.rewrite(second!, '{"n":"two"}');
    expect(second!.json).toBe('{"n":"two"}');
    const rest = queue.read(everything, (key) => key === first!.key);
    expect(rest.map(({ json }) => json)).toEqual(['{"n":"two"}', '{"n":3}']);
  });

  it.each([
    ['a broken text', 'ntk.q.0mk2p5x2e.00001.aa.7', '{"n":'],
    ['a text that is no object', 'ntk.q.0mk2p5x2e.00001.aa.7', '[1]'],
    ['null', 'ntk.q.0mk2p5x2e.00001.aa.7', 'null'],
    ['an empty text', 'ntk.q.0mk2p5x2e.00001.aa.7', ''],
    ['two values', 'ntk.q.0mk2p5x2e.00001.aa.7', '{},{}'],
    ['a key without fields', 'ntk.q.', '{}'],
    ['a key of another shape', 'ntk.q.<b>', '{}'],
    ['a time that is none', 'ntk.q.??.1.aa.7', '{}'],
  ])('skips and removes %s', (_name, key, value) => {
    localStorage.setItem(key, value);
    const queue = open();
    queue.addAt(1, '{"good":1}');
    expect(queue.texts()).toEqual(['{"good":1}']);
    expect(localStorage.getItem(key)).toBeNull();
  });

  it('leaves the keys of the page alone', () => {
    localStorage.setItem('basket', '1');
    const queue = open();
    queue.remove(queue.read(everything, none).map(({ key }) => key));
    expect(localStorage.getItem('basket')).toBe('1');
  });
});

describe('bounds', () => {
  beforeEach(() => {
    clear();
    tell.mockClear();
  });

  it('refuse the event past the count, and count it', () => {
    const queue = open('aa', local(), { maxQueueCount: 2 });
    for (const n of [1, 2, 3, 4]) queue.addAt(n, `{"n":${n}}`);
    expect(queue.texts()).toHaveLength(2);
    expect(tell.mock.calls).toEqual([
      ['dropped', 'queue_full', 1],
      ['dropped', 'queue_full', 1],
    ]);
    expect(queue.takeDropped()).toEqual({ queue_full: 2 });
    expect(queue.takeDropped()).toBeUndefined();
  });

  it('count bytes of UTF-8, not characters, those of other tabs included', () => {
    open('bb').addAt(1, '{"n":1}');
    const queue = open('aa', local(), { maxQueueBytes: 26 });
    queue.refresh();
    queue.addAt(2, '{"n":"привет"}');
    queue.addAt(3, '{"n":"hello"}');
    queue.addAt(4, '{"n":"x"}');
    expect(queue.texts()).toEqual(['{"n":1}', '{"n":"hello"}']);
  });

  it('refuse one event that is larger than the collector takes, by its bytes', () => {
    const queue = open();
    queue.addAt(1, `{"n":"${'я'.repeat(17_000)}"}`);
    queue.addAt(2, `{"n":"${'x'.repeat(32_000)}"}`);
    expect(queue.texts()).toHaveLength(1);
    expect(queue.takeDropped()).toEqual({ event_too_large: 1 });
  });

  it('remove events that waited too long, and read on', () => {
    const queue = open('aa', local(), { maxQueueAge: 1000 });
    queue.addAt(1, '{"n":"old"}');
    queue.addAt(2, '{"n":"old too"}');
    queue.addAt(1500, '{"n":"new"}');
    queue.at(2400);
    expect(queue.read({ count: 2, bytes: 1000 }, none).map(({ json }) => json)).toEqual(['{"n":"new"}']);
    expect(tell.mock.calls).toEqual([['dropped', 'event_expired', 2]]);
    expect(queue.count()).toBe(1);
  });

  it('add up what was dropped and could not be told', () => {
    const queue = open();
    queue.countDropped('queue_full', 2);
    const taken = queue.takeDropped();
    queue.countDropped('queue_full');
    queue.countDropped('event_expired', 5);
    queue.restoreDropped(taken);
    expect(queue.takeDropped()).toEqual({ queue_full: 3, event_expired: 5 });
  });
});
