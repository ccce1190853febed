import type { Tracker } from './api.ts';

/** What a server, or a page with wrong options, gets: every call is taken and nothing happens. */
export const createInertTracker = (): Tracker => {
  const nothing = (): void => {};
  const never = new Promise<string>(nothing);
  return {
    track: nothing,
    page: nothing,
    identify: nothing,
    link: nothing,
    group: nothing,
    alias: nothing,
    reset: nothing,
    consent: nothing,
    flush: async () => {},
    ready: () => never,
    on: () => nothing,
    close: nothing,
  };
};
