import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createTextStore } from '../../src/storage/text-store.ts';

beforeEach(() => localStorage.clear());

describe('createTextStore', () => {
  it('keeps in memory only what the area refuses, and hands it over when there is room', () => {
    let isFull = false;
    const refused = vi.fn();
    const setItem = vi.spyOn(Storage.prototype, 'setItem').mockImplementation((key, value) => {
      if (isFull) throw new DOMException('', 'QuotaExceededError');
      localStorage[key] = value;
    });
    const store = createTextStore(() => localStorage, '', refused);
    store.set('p.a', '1');
    isFull = true;
    store.set('p.b', '2');
    expect([store.get('p.a'), store.get('p.b'), localStorage.getItem('p.b')]).toEqual(['1', '2', null]);
    expect(refused).toHaveBeenCalledTimes(1);
    isFull = false;
    store.set('p.b', '3');
    expect([store.get('p.b'), localStorage.getItem('p.b')]).toEqual(['3', '3']);
    store.remove('p.b');
    expect([store.get('p.b'), localStorage.getItem('p.b')]).toEqual([null, null]);
    setItem.mockRestore();
  });

  it.each([
    ['forgets without a word', {}],
    ['keeps an older text', { 'p.a': 'older' }],
    ['is an object of the page that lists no keys', new Map<string, string>()],
  ])('keeps in memory what an area is given that %s', (_, kept) => {
    const area = Object.assign(Object.create(kept) as Storage, {
      getItem: (key: string) => (kept instanceof Map ? kept.get(key) : kept[key as never]) ?? null,
      setItem: (key: string, value: string) => void (kept instanceof Map && kept.set(key, value)),
      removeItem: () => {},
    });
    const refused = vi.fn();
    const store = createTextStore(() => area, 'p.', refused);
    store.set('a', '1');
    expect([store.get('a'), store.keys('')]).toEqual(['1', ['a']]);
    expect(refused).toHaveBeenCalledWith('a', '1');
  });

  it('never throws, whatever the area does', () => {
    const thrower = new Proxy({} as Storage, {
      get() {
        throw new Error('blocked');
      },
      ownKeys() {
        throw new Error('blocked');
      },
    });
    const store = createTextStore(() => thrower);
    store.set('p.a', '1');
    expect([store.get('p.a'), store.get('p.b'), store.keys('p.')]).toEqual(['1', null, ['a']]);
    store.remove('p.a');
    expect(store.keys('p.')).toEqual([]);
  });

  it('lists the keys of its prefix only', () => {
    localStorage.setItem('other', '1');
    const store = createTextStore(() => localStorage, 'p.');
    localStorage.setItem('p.b', '2');
    store.set('a.c', '1');
    expect([store.keys('').sort(), store.keys('a.')]).toEqual([['a.c', 'b'], ['c']]);
    expect(localStorage.getItem('p.a.c')).toBe('1');
  });

  it('works in memory where reading the property throws', () => {
    const page = Object.defineProperty({}, 'localStorage', {
      get() {
        throw new DOMException('', 'SecurityError');
      },
    });
    const store = createTextStore(() => (page as Window).localStorage);
    store.set('a', '1');
    expect(store.get('a')).toBe('1');
  });
});
