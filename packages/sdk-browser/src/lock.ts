import type { Lock } from '@nitka/core';

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

/**
 * One sender at a time among the tabs of a site. A stuck tab does not hold up the others: after a while they send
 * without the lock, as pages without Web Locks (http, old Safari) always do. Sending twice harms nothing, since the
 * collector removes duplicates; a tab also waits a moment for what another has just sent (acknowledgements.ts).
 */
export const createSendLock = (page: Window, key: string): SendLock => {
  let release = (): void => {};
  return {
    release: () => release(),

    async run(task) {
      const abort = new AbortController();
      let work: ReturnType<typeof task> | undefined;
      const released = new Promise<void>((resolve) => {
        release = () => {
          resolve();
          abort.abort();
        };
      });
      const timer = page.setTimeout(release, stuckAfter);
      try {
        await page.navigator.locks.request(key, { signal: abort.signal }, () =>
          Promise.race([(work = task()), released]),
        );
      } catch {
        // Not there, refused, or waited too long; or the task itself failed, which the return below tells.
      }
      page.clearTimeout(timer);
      return work ?? task();
    },
  };
};
