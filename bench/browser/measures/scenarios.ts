import type { BrowserContext, Page } from 'playwright-core';
import type { Lane } from '../server.ts';
import { track, visit } from '../visitor.ts';
import { quiet, sleep } from './waiting.ts';

/** One way in which a page's life goes. Pages that it leaves open are closed at its end; then the visitor comes back. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Test events that are made. */
  readonly events: number;
  /** Several sentences for the report. */
  readonly what: string;
  run(visitor: BrowserContext, lane: Lane): Promise<void>;
}

const leave = (page: Page, lane: Lane): Promise<unknown> =>
  // From inside the page, in the same task as the last call: nothing can be sent in between.
  page.evaluate((address) => void (location.href = address), lane.url('/away'));

const trackAndLeave = async (page: Page, lane: Lane, count: number): Promise<void> => {
  await Promise.all([
    page.waitForURL('**/away'),
    track(page, { prefix: 'a', count, every: 0 }).then(() => leave(page, lane)),
  ]);
};

export const scenarios: readonly Scenario[] = [
  {
    name: 'steady',
    title: 'steady',
    events: 200,
    what: 'An event each 50 ms, then the page stays open until nothing comes any more.',
    async run(visitor, lane) {
      const page = await visit(visitor, lane);
      await track(page, { prefix: 'a', count: 200, every: 50 });
      await quiet(lane, 200);
    },
  },
  {
    name: 'leave',
    title: 'leave at once',
    events: 50,
    what: 'Events in one go, then at once a link to a page without the library.',
    async run(visitor, lane) {
      const page = await visit(visitor, lane);
      await trackAndLeave(page, lane, 50);
      await sleep(2000);
      await page.close();
    },
  },
  {
    name: 'close',
    title: 'close the tab',
    events: 20,
    what: 'Events in one go, then the tab is closed.',
    async run(visitor, lane) {
      const page = await visit(visitor, lane);
      await track(page, { prefix: 'a', count: 20, every: 0 });
      await page.close();
      await sleep(2000);
    },
  },
  {
    name: 'outage',
    title: '503 for 5 s',
    events: 20,
    what: 'The server answers 503 to each request for five seconds; an event each 400 ms, before and after its end.',
    async run(visitor, lane) {
      const page = await visit(visitor, lane);
      const until = performance.now() + 5000;
      lane.fault = () => (performance.now() < until ? 'unavailable' : 'none');
      await track(page, { prefix: 'a', count: 20, every: 400 });
      await quiet(lane, 20, 30_000);
    },
  },
  {
    name: 'offline',
    title: 'offline, closed, reopened',
    events: 20,
    what: 'The network goes; events; three seconds later the tab is closed. The visitor returns online.',
    async run(visitor, lane) {
      const page = await visit(visitor, lane);
      await visitor.setOffline(true);
      lane.fault = () => 'reset';
      await track(page, { prefix: 'a', count: 20, every: 20 });
      await sleep(3000);
      await page.close();
      await sleep(1000);
      lane.fault = () => 'none';
      await visitor.setOffline(false);
    },
  },
  {
    name: 'reset',
    title: 'each 3rd connection reset',
    events: 30,
    what: 'Of the requests with events, the 1st, 4th, 7th … meet a reset connection before they are read; an event each 200 ms.',
    async run(visitor, lane) {
      lane.fault = (ordinal) => (ordinal % 3 === 1 ? 'reset' : 'none');
      const page = await visit(visitor, lane);
      await track(page, { prefix: 'a', count: 30, every: 200 });
      await quiet(lane, 30, 12_000);
      await page.close();
    },
  },
  {
    name: 'swallow',
    title: 'each 3rd answer lost',
    events: 30,
    what: 'Of the requests with events, the 1st, 4th, 7th … are taken, and the connection breaks before the answer: who repeats it sends copies.',
    async run(visitor, lane) {
      lane.fault = (ordinal) => (ordinal % 3 === 1 ? 'swallow' : 'none');
      const page = await visit(visitor, lane);
      await track(page, { prefix: 'a', count: 30, every: 200 });
      await quiet(lane, 30, 12_000);
      await page.close();
    },
  },
  {
    name: 'tabs',
    title: 'two tabs',
    events: 100,
    what: 'Two tabs of one visitor make 50 events each, one each 20 ms, and are closed at the last.',
    async run(visitor, lane) {
      const pages = [await visit(visitor, lane), await visit(visitor, lane)];
      await Promise.all(
        pages.map(async (page, tab) => {
          await track(page, { prefix: tab === 0 ? 'a' : 'b', count: 50, every: 20 });
          await page.close();
        }),
      );
      await sleep(2000);
    },
  },
  {
    name: 'burst',
    title: 'burst',
    events: 520,
    what: 'Events in one go, then the page stays open until nothing comes any more.',
    async run(visitor, lane) {
      const page = await visit(visitor, lane);
      await track(page, { prefix: 'a', count: 520, every: 0 });
      await quiet(lane, 520, 20_000);
    },
  },
];
