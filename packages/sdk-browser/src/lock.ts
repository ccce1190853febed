import type { Clock, Lock } from '@nitka/core';
import { attempt } from './attempt.ts';

export interface TabLock {
  readonly run: Lock;
  /**
   * True: gives the lock up and asks for none, while the page is hidden away: a page that holds or awaits one is refused
   * by the back/forward cache (https://web.dev/articles/bfcache). What runs goes on; the collector removes duplicates.
   */
  away(isAway: boolean): void;
}

/** Milliseconds until a lock counts as stuck. Longer than a request may take. */
const stuckAfter = 15_000;

/**
 * One tab of a site at a time. A stuck tab does not hold up the others: after a while they go on without the lock, as
 * pages without Web Locks (http, old Safari) always do. Sending twice harms nothing, since the collector removes
 * duplicates; with acknowledgements.ts a tab also waits a moment for what another has just sent.
 */
export const createTabLock = ({ navigator }: Window, clock: Clock, name: string): TabLock => {
  let release = (): void => {};
  let isAway = false;
  return {
    away(is) {
      isAway = is;
      if (is) release();
    },

    run: (task) =>
      new Promise((resolve) => {
        let work: ReturnType<typeof task> | undefined;
        // Told by the task itself, not by the lock: WebKit never says that one has ended while its page was hidden away.
        const start = (): unknown => {
          resolve((work ??= task()));
          return work;
        };
        if (isAway) return start();
        const asked = attempt(() => {
          const abort = new AbortController();
          const { signal } = abort;
          const released = new Promise((end) => (signal.onabort = end));
          release = () => abort.abort();
          // Not left to the abort: what a browser never ends would keep this page from sending for ever.
          clock.setTimeout(() => {
            abort.abort();
            start();
          }, stuckAfter);
          return navigator.locks.request(name, { signal }, () => Promise.race([start(), released]));
        });
        // Not there, refused, or waited for too long.
        if (asked) asked.catch(() => void start());
        else start();
      }),
  };
};
