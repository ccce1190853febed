import type { EventMap, Tracker } from './api.ts';
import { attempt } from './attempt.ts';
import { createInertTracker } from './inert.ts';
import { readOptions, type TrackerOptions } from './options.ts';
import type { PageTracker } from './page-tracker.ts';
import { createPageTracker } from './tracker.ts';

// Taken when the script loads: later the page, or another script, may have replaced it.
const nativeFetch = (globalThis.fetch as typeof fetch | undefined)?.bind(globalThis);

/** Shared by every copy of the script on a page: two bundles, or one loaded anew by a development server. */
const registry = Symbol.for('nitka');

type Registry = { [registry]?: Record<string, PageTracker> };

/**
 * The page's tracker for a write key: made once.
 *
 * @returns undefined with wrong options, and where the page has replaced what nothing can do without
 */
export const openTracker = (options: TrackerOptions): PageTracker | undefined => {
  const settings = readOptions(options);
  if (!settings) {
    console.error('nitka: invalid_option (writeKey, endpoint, consent)');
    return;
  }
  const trackers = ((window as Registry)[registry] ??= {});
  const { writeKey } = settings;
  const open = (): PageTracker =>
    (trackers[writeKey] ??= createPageTracker(settings, {
      page: window,
      fetch: nativeFetch,
      onClose: () => delete trackers[writeKey],
    }));
  return attempt(open);
};

/**
 * Starts tracking on this page. A second call with the same write key gives the same tracker; on a server, or with
 * an option missing, it gives one that does nothing.
 *
 * @example
 * const tracker = createTracker({ writeKey: 'shop-web', endpoint: 'https://shop.example/t' });
 * tracker.track('Product Viewed', { sku: 'A-1' });
 */
export const createTracker = <Events extends EventMap = EventMap>(options: TrackerOptions): Tracker<Events> =>
  (typeof window === 'undefined' ? undefined : (openTracker(options) as Tracker<Events> | undefined)) ??
  createInertTracker();
