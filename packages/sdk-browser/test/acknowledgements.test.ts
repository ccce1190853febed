import { describe, expect, it } from 'vitest';
import { createAcknowledgements } from '../src/acknowledgements.ts';
import { createFakeClock, memoryStore } from './fakes.ts';

/** A page that was left with a request on its way, and the page that follows. */
const open = () => {
  const store = memoryStore();
  const clock = createFakeClock();
  let cookies = '_ga=1';
  let looks = 0;
  const removed: unknown[] = [];
  const page = () =>
    createAcknowledgements({
      store,
      prefix: 'ntk.a.',
      remove: (keys) => void removed.push(...keys),
      readCookies() {
        looks++;
        return cookies;
      },
      clock,
    });
  const left = page();
  const name = left.note(['1', '2']);
  return {
    left,
    next: page(),
    name,
    looks: () => looks,
    clock,
    removed,
    store,
    acknowledge: (names: string) => void (cookies = `_ga=1; vid_a=${names}; x=y`),
  };
};

/** True once the promise has resolved. */
const isDone = async (promise: Promise<void>): Promise<boolean> => {
  let done = false;
  void promise.then(() => (done = true));
  await new Promise((resolve) => setTimeout(resolve));
  return done;
};

describe('the answer to a page that has gone', () => {
  it('removes what it acknowledges, and nothing else', async () => {
    const { next, name, removed, acknowledge, store } = open();
    acknowledge(`aaaabbbbcccc.${name}`);
    await next.settle();
    expect(removed).toEqual(['1', '2']);
    expect(store.keys('')).toEqual([]);
  });

  it('costs no look at the cookies where no page has gone', async () => {
    const { left, looks } = open();
    await left.settle();
    expect(looks()).toBe(0);
  });

  it('is waited for a moment', async () => {
    const { next, name, removed, acknowledge, clock } = open();
    const settled = next.settle();
    await clock.advance(200);
    expect(await isDone(settled)).toBe(false);
    acknowledge(name);
    await clock.advance(200);
    expect(await isDone(settled)).toBe(true);
    expect(removed).toHaveLength(2);
  });

  it('is not waited for longer: the events are sent again', async () => {
    const { next, removed, clock, store } = open();
    const settled = next.settle();
    for (let i = 0; i < 11; i++) await clock.advance(200);
    expect(await isDone(settled)).toBe(true);
    expect(removed).toEqual([]);
    await next.settle();
    expect(store.keys('')).toEqual([]);
  });

  it('is not waited for where the page was left long ago', async () => {
    const { next, clock, removed } = open();
    await clock.advance(60_000);
    expect(await isDone(next.settle())).toBe(true);
    expect(removed).toEqual([]);
  });

  it('is not waited for by the page itself, nor once it came', async () => {
    const { left, next, name } = open();
    expect(await isDone(left.settle())).toBe(true);
    left.forget(name);
    expect(await isDone(next.settle())).toBe(true);
  });

  it('cannot be taken from a note edited by hand', async () => {
    const { next, store, removed, name, acknowledge } = open();
    store.set(`ntk.a.${name}`, '');
    store.set('ntk.a.', 'x,y');
    acknowledge('nothing');
    expect(await isDone(next.settle())).toBe(true);
    expect(removed).toEqual([]);
  });
});
