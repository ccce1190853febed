import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '@nitka/core';
import { createTabLock } from '../src/lock.ts';

/** Web Locks of one origin. */
const createLocks = () => {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    request: (_name: string, { signal }: { signal: AbortSignal }, task: () => Promise<unknown>) => {
      const turn = tail.then(() => {
        if (signal.aborted) throw new DOMException('', 'AbortError');
        return task();
      });
      tail = turn.catch(() => {});
      const aborted = new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      });
      return Promise.race([turn, aborted]);
    },
  };
};
const pageWith = (locks: unknown): Window => ({ navigator: { locks } }) as unknown as Window;
const clock: Clock = {
  now: () => Date.now(),
  setTimeout: (task, ms) => setTimeout(task, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the send lock', () => {
  const openTabs = () => {
    const page = pageWith(createLocks());
    return [createTabLock(page, clock, 'lock'), createTabLock(page, clock, 'lock')] as const;
  };

  it('lets one tab send at a time', async () => {
    const tabs = openTabs();
    let running = 0;
    let most = 0;
    const task = async (): Promise<number> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return running--;
    };
    const done = Promise.all([tabs[0].run(task), tabs[1].run(task)]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await done).toEqual([1, 1]);
    expect(most).toBe(1);
  });

  it('hands on what the task throws, and is free again', async () => {
    const [tab] = openTabs();
    const failing = expect(
      tab.run(async () => {
        throw new Error('storage');
      }),
    ).rejects.toThrow('storage');
    await vi.advanceTimersByTimeAsync(1000);
    await failing;
    const next = tab.run(async () => 'next');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await next).toBe('next');
  });

  it('does not wait for ever for a tab that is stuck', async () => {
    const [stuck, tab] = openTabs();
    void stuck.run(() => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(1000);
    const done = tab.run(async () => 'sent');
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await done).toBe('sent');
  });

  it('does not wait for a browser that neither grants the lock nor ends what is aborted', async () => {
    const tab = createTabLock(pageWith({ request: () => new Promise(() => {}) }), clock, 'lock');
    const task = vi.fn(async () => 'sent');
    const done = tab.run(task);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await done).toBe('sent');
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('released while leaving, is free for others though the task still runs', async () => {
    const [leaving, tab] = openTabs();
    void leaving.run(() => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(100);
    leaving.away(true);
    const done = tab.run(async () => 'sent');
    await vi.advanceTimersByTimeAsync(300);
    expect(await done).toBe('sent');
  });

  it('is not asked for while the page is away, and is once it is back', async () => {
    const asked = vi.fn((_name: string, _options: object, task: () => unknown) => task());
    const tab = createTabLock(pageWith({ request: asked }), clock, 'lock');
    tab.away(true);
    expect(await tab.run(async () => 'sent')).toBe('sent');
    expect(asked).not.toHaveBeenCalled();
    tab.away(false);
    expect(await tab.run(async () => 'sent')).toBe('sent');
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('does without where there are no Web Locks', async () => {
    const tab = createTabLock(pageWith(undefined), clock, 'lock');
    expect(await tab.run(async () => 'sent')).toBe('sent');
    tab.away(true);
  });
});
