import { describe, expect, it, vi } from 'vitest';
import { campaignOf, createSession } from '../src/session.ts';
import { memoryStore } from './fakes.ts';

const minute = 60_000;
const mirror = vi.fn();
const start = (store = memoryStore(), campaign = '') =>
  createSession({ store, mirror, timeout: 30 * minute, campaign });

describe('a session', () => {
  it('lasts while events come within the timeout', () => {
    const session = start();
    const id = session.touch(0);
    expect(session.touch(29 * minute)).toBe(id);
    expect(session.touch(58 * minute)).toBe(id);
    expect(session.touch(88 * minute + 1)).not.toBe(id);
  });

  it('is shared by tabs', () => {
    const store = memoryStore();
    const id = start(store).touch(0);
    expect(start(store).touch(minute)).toBe(id);
  });

  it('ends with a new campaign, once: a reload of the landing page starts nothing', () => {
    const store = memoryStore();
    const direct = start(store).touch(0);
    const landing = start(store, 'utm_source=ya');
    const id = landing.touch(1000);
    expect(id).not.toBe(direct);
    expect(landing.touch(2000)).toBe(id);
    expect(start(store, 'utm_source=ya').touch(3000)).toBe(id);
    expect(start(store).touch(4000)).toBe(id);
    expect(start(store, 'utm_source=ya').touch(5000)).toBe(id);
    expect(start(store, 'utm_source=vk').touch(6000)).not.toBe(id);
  });

  it('starts anew after its end, a clock that jumped, and texts edited by hand', () => {
    const store = memoryStore();
    const session = start(store);
    const id = session.touch(minute);
    session.end();
    const second = session.touch(minute);
    expect(second).not.toBe(id);
    expect(session.touch(minute - 31 * minute)).not.toBe(second);
    store.set('s', 'x|y|z');
    expect(session.touch(minute)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

it('is mirrored for as long as it lasts, and no longer than it does', () => {
  mirror.mockClear();
  const session = start();
  const id = session.touch(0);
  session.touch(500);
  session.touch(5000);
  session.end();
  expect(mirror.mock.calls).toEqual([
    [id, 1800],
    [id, 1800],
    ['', 0],
  ]);
});

describe('tabs that start a session at the same moment', () => {
  const now = Date.UTC(2026, 0, 1);

  it('agree on the one that is stored', () => {
    const store = memoryStore();
    const [one, other] = [start(store), start(store)];
    const first = one.touch(now);
    // The other tab's process has not seen it yet.
    store.remove('s');
    const second = other.touch(now);
    expect(second).not.toBe(first);
    expect([one.settle(first), other.settle(second)]).toEqual([second, second]);
    expect(one.touch(now + 1)).toBe(second);
  });

  it('are told from sessions that follow each other quickly', () => {
    const session = start();
    const first = session.touch(now);
    session.end();
    const second = session.touch(now);
    expect(session.settle(first)).toBe(first);
    expect(session.settle(second)).toBe(second);
    const store = memoryStore();
    const direct = start(store).touch(now);
    start(store, 'utm_source=ya').touch(now);
    expect(start(store).settle(direct)).toBe(direct);
  });

  it('take nothing from a store edited by hand', () => {
    const store = memoryStore();
    store.set('s', 'x|0||1');
    expect(start(store).settle('y')).toBe('y');
  });
});

describe('campaignOf', () => {
  it('names utm parameters and click ids only', () => {
    expect(campaignOf('?a=1&utm_source=ya&yclid=77&b=2&gclid=')).toBe('utm_source=ya,yclid=77');
    expect(campaignOf('?q=x')).toBe('');
  });
});
