import type { Lock } from '@nitka/core';
import type { TextStore } from './storage/text-store.ts';

export interface SendLock {
  readonly run: Lock;
  /**
   * Gives the lock up and asks for none while the page is hidden away: a page that holds or awaits one is refused
   * by the back/forward cache (https://web.dev/articles/bfcache). What runs goes on; the collector removes duplicates.
   */
  release(): void;
}

/** Milliseconds until a lock counts as stuck. Longer than a request may take. */
const stuckAfter = 15_000;
/** Milliseconds in which localStorage reaches the other tabs' processes. */
const settling = 40;

/**
 * One sender at a time among the tabs of a site. A stuck tab does not hold up the others: after a while they send
 * without the lock, since sending twice harms nothing.
 */
export const createSendLock = (page: Window, store: TextStore, key: string, tab: string): SendLock => {
  let giveUp: () => void = () => {};
  const wait = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => page.setTimeout(resolve, milliseconds));

  const withLocks: Lock = async (task) => {
    const abort = new AbortController();
    const timer = page.setTimeout(() => abort.abort(), stuckAfter);
    let work: ReturnType<typeof task> | undefined;
    const released = new Promise<void>((resolve) => {
      giveUp = () => {
        resolve();
        abort.abort();
      };
    });
    try {
      await page.navigator.locks.request(key, { signal: abort.signal }, () => {
        page.clearTimeout(timer);
        return Promise.race([(work = task()), released]);
      });
    } catch {
      // Refused, or waited too long; or the task itself failed, which the return below tells.
    }
    page.clearTimeout(timer);
    return work ?? task();
  };

  /** Without Web Locks (http pages, old Safari): a lease in localStorage. Two may get it at once, rarely. */
  const withLease: Lock = async (task) => {
    const until = Date.now() + stuckAfter;
    const isFree = (): boolean => {
      const [owner, end] = (store.get(key) ?? '').split('.');
      return owner === tab || !(Number(end) > Date.now());
    };
    while (!isFree() && Date.now() < until) await wait(settling * (1 + Math.random()));
    store.set(key, `${tab}.${Date.now() + stuckAfter}`);
    await wait(settling);
    if (!isFree() && Date.now() < until) return withLease(task);
    try {
      return await task();
    } finally {
      giveUp();
    }
  };

  if (!page.navigator.locks) {
    giveUp = () => {
      if (store.get(key)?.startsWith(`${tab}.`)) store.remove(key);
    };
  }

  return {
    run: (task) => (page.navigator.locks ? withLocks : withLease)(task),
    release: () => giveUp(),
  };
};
