import { beforeEach, describe, expect, it } from 'vitest';
import { storageConformance } from '../../../core/test/storage.conformance.ts';
import { createBrowserQueueStorage } from '../../src/storage/queue.ts';
import { createTextStore } from '../../src/storage/text-store.ts';
import { memoryStore } from '../fakes.ts';

const everything = { count: 1000, bytes: 1e6 };
const open = (tab = 'aa', onTheWay = new Set<unknown>(), store = createTextStore(localStorage)) =>
  createBrowserQueueStorage(store, 'ntk.q.', tab, onTheWay);

const clear = (): void => localStorage.clear();

storageConformance('localStorage', { open: () => open(), cleanUp: clear });
storageConformance('memory, where localStorage is blocked', {
  open: () => open('aa', new Set(), memoryStore()),
});
storageConformance('localStorage that is full', {
  open: () =>
    open(
      'aa',
      new Set(),
      createTextStore({
        getItem: () => null,
        setItem() {
          throw new DOMException('', 'QuotaExceededError');
        },
      } as unknown as Storage),
    ),
});

describe('the queue of all tabs', () => {
  beforeEach(clear);

  it('writes one key an event and rewrites no other', () => {
    const storage = open();
    const written: string[] = [];
    const spied = createTextStore({
      getItem: (key: string) => localStorage.getItem(key),
      setItem(key: string, value: string) {
        written.push(key);
        localStorage.setItem(key, value);
      },
    } as unknown as Storage);
    storage.append('{"a":1}', 7, 1);
    open('bb', new Set(), spied).append('{"a":2}', 7, 2);
    expect(written).toHaveLength(1);
    expect(localStorage).toHaveLength(2);
  });

  it('is one queue for two tabs, in the order of the calls', () => {
    const [one, other] = [open('aa'), open('bb')];
    one.append('{"n":1}', 7, 10);
    other.append('{"n":2}', 7, 20);
    one.append('{"n":3}', 7, 30);
    expect(other.read(everything).map(({ json }) => json)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    expect(one.read(everything, '', true).map(({ json }) => json)).toEqual(['{"n":1}', '{"n":3}']);
    other.remove(other.read(everything));
    expect(one.size()).toEqual({ count: 0, bytes: 0 });
  });

  it('keeps the order of calls when the clock is set back', () => {
    const storage = open();
    storage.append('{"n":1}', 7, 5000);
    storage.append('{"n":2}', 7, 1000);
    expect(storage.read(everything).map(({ json }) => json)).toEqual(['{"n":1}', '{"n":2}']);
  });

  it('passes over what is on its way', () => {
    const onTheWay = new Set<unknown>();
    const storage = open('aa', onTheWay);
    for (const n of [1, 2, 3]) storage.append(`{"n":${n}}`, 7, n);
    onTheWay.add(storage.read(everything)[0]!.key);
    expect(storage.read(everything).map(({ json }) => json)).toEqual(['{"n":2}', '{"n":3}']);
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
    const storage = open();
    storage.append('{"good":1}', 10, 1);
    expect(storage.read(everything).map(({ json }) => json)).toEqual(['{"good":1}']);
    expect(localStorage.getItem(key)).toBeNull();
  });

  it('leaves the keys of the page alone', () => {
    localStorage.setItem('basket', '1');
    const storage = open();
    storage.remove(storage.read(everything));
    expect(localStorage.getItem('basket')).toBe('1');
  });
});
