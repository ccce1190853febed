import type { Clock, Lock } from '@nitka/core';

export interface TabLock {
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
 * One tab of a site at a time. A stuck tab does not hold up the others: after a while they go on without the lock, as
 * pages without Web Locks (http, old Safari) always do. Sending twice harms nothing, since the collector removes
 * duplicates; a tab also waits a moment for what another has just sent (acknowledgements.ts).
 */
export const createTabLock = ({ navigator }: Window, clock: Clock, name: string): TabLock => {
  let release = (): void => {};
  return {
    release: () => release(),

    async run(task) {
      let work: ReturnType<typeof task> | undefined;
      try {
        const abort = new AbortController();
        const { signal } = abort;
        const released = new Promise((resolve) => (signal.onabort = resolve));
        release = () => abort.abort();
        clock.setTimeout(release, stuckAfter);
        await navigator.locks.request(name, { signal }, () => Promise.race([(work = task()), released]));
      } catch {
        // Not there, refused, or waited too long; or the task itself failed, which the return below tells.
      }
      return work ?? task();
    },
  };
};
