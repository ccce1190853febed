import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, vi } from 'vitest';
import type { QueuedCall, Tracker } from '../src/api.ts';
import type { TrackerOptions } from '../src/options.ts';
import { readCookies } from '../src/storage/cookie.ts';
import { openPageTracker } from '../src/testing/open.ts';
import { createFakeCollector, type SentEvent } from './fakes.ts';

export interface TestPage {
  readonly collector: ReturnType<typeof createFakeCollector>;
  /** Opens a tracker on the test's page; it is closed after the test. */
  open(options?: Partial<TrackerOptions>, early?: QueuedCall[]): Tracker;
  /** What the collector has got once all is sent. */
  flushed(tracker: Tracker): Promise<SentEvent[]>;
  /** Keys of the events that wait in localStorage. */
  queued(): string[];
  stored(): Record<string, string>;
}

/** The page of each test of a file: with a collector, without storage of the test before. */
export const usePage = (): TestPage => {
  let collector = createFakeCollector();
  let trackers: Tracker[] = [];

  beforeEach(() => {
    collector = createFakeCollector();
    trackers = [];
    globalThis.indexedDB = new IDBFactory();
  });
  afterEach(() => {
    trackers.forEach((tracker) => tracker.close());
    localStorage.clear();
    for (const [name] of readCookies(document)) document.cookie = `${name}=; max-age=0; path=/`;
    history.replaceState(null, '', '/');
    vi.restoreAllMocks();
  });

  const stored = (): Record<string, string> =>
    Object.fromEntries(Object.entries(localStorage)) as Record<string, string>;
  return {
    get collector() {
      return collector;
    },
    open(options = {}, early) {
      const given = { writeKey: 'key', endpoint: 'https://t.shop.example', ...options };
      const tracker = openPageTracker(given, collector.fetch, early);
      trackers.push(tracker);
      return tracker;
    },
    async flushed(tracker) {
      await tracker.flush();
      return collector.events();
    },
    queued: () => Object.keys(stored()).filter((key) => key.startsWith('ntk.q.')),
    stored,
  };
};
