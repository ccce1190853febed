import type { QueuedCall, Tracker } from '../api.ts';
import { readOptions, type TrackerOptions } from '../options.ts';
import { createPageTracker } from '../tracker.ts';

/** A tracker of the test's page that is in no registry, with a network of its own. */
export const openPageTracker = (
  options: TrackerOptions,
  fetch: typeof globalThis.fetch,
  early: readonly QueuedCall[] = [],
): Tracker => {
  const tracker = createPageTracker(readOptions(options)!, { page: window, fetch, onClose() {} });
  tracker.push(...early);
  return tracker;
};
