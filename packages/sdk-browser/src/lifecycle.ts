import { attempt } from './attempt.ts';

export interface Lifecycle {
  /** Adds a listener that {@link Lifecycle.close} removes and whose errors stay inside. */
  listen(
    target: EventTarget,
    type: string,
    listener: (event: Event) => void,
    options?: AddEventListenerOptions,
  ): void;
  close(): void;
}

/** @param guard keeps what a task throws from the page */
export const createLifecycle = (
  guard: (task: (event: Event) => void) => (event: Event) => void,
): Lifecycle => {
  const undo: (() => void)[] = [];
  return {
    listen(target, type, listener, options) {
      const guarded = guard(listener);
      attempt(() => target.addEventListener(type, guarded, options));
      undo.push(() => target.removeEventListener(type, guarded, options));
    },
    close: () => undo.splice(0).forEach((task) => task()),
  };
};

export interface LeaveTasks {
  /** The page is hidden or goes away: perhaps the last turn it gets. May run more than once. */
  leave(): void;
  /** The page goes into the back/forward cache, or away. */
  freeze(): void;
  /** The network or the page is back. */
  comeBack(): void;
}

/**
 * `visibilitychange` is the last event that a phone's browser promises; `pagehide` comes on the window only and
 * covers old Safari; `unload` is not used, since it costs the page its place in the back/forward cache.
 * https://developer.chrome.com/docs/web-platform/page-lifecycle-api
 */
export const watchPage = (
  page: Window,
  listen: Lifecycle['listen'],
  { leave, freeze, comeBack }: LeaveTasks,
): void => {
  listen(page.document, 'visibilitychange', () => (page.document.hidden ? leave : comeBack)());
  listen(page, 'pagehide', () => {
    leave();
    freeze();
  });
  listen(page, 'pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted) comeBack();
  });
  listen(page, 'online', comeBack);
};
