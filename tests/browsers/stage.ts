import { expect } from 'vitest';
import type { Tracker } from '../../packages/sdk-browser/src/api.ts';
import { openBrowser } from '../support/browsers.ts';
import type { BrowserName, TestBrowser, TestPage } from '../support/browsers.ts';
import { startCollector, writeKeys } from '../support/collector.ts';
import type { CollectorProcess } from '../support/collector.ts';
import { startSite } from '../support/site.ts';
import type { Site } from '../support/site.ts';

/** What the script puts on a page: `(window as unknown as Tracked).nitka`. */
export interface Tracked {
  nitka: Tracker;
}

/** What the tests ask the warehouse of an event. */
export interface Row {
  event: string | null;
  anonymous_id: string | null;
  server_visitor_id: string | null;
  session_id: string | null;
  sequence: number | string | null;
  phone: string | null;
}

/** A site with the built script, and a collector in a process of its own on the site's subdomain. */
export interface Stage {
  site: Site;
  collector: CollectorProcess;
  /** HTML of a page that loads the script. @param attributes more of the tag's attributes */
  html(attributes?: string, body?: string): string;
  /** Rows of events whose name is like this, once there are at least so many. */
  rows(like: string, count: number): Promise<Row[]>;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const dist = new URL('../../packages/sdk-browser/dist/', import.meta.url);
  const site = await startSite({
    '/nitka.js': new URL('nitka.js', dist),
    '/nitka.forms.js': new URL('nitka.forms.js', dist),
    '/empty': '<!doctype html><title>empty</title>',
  });
  const origins = ['shop.localhost', 'a.shop.localhost'].map((host) => new URL(site.url('/', host)).origin);
  const collector = await startCollector({ origins, config: { visitorCookie: { domain: 'host' } } });
  const html: Stage['html'] = (attributes = '', body = '') =>
    `<!doctype html><title>Shop</title>
<script async src="/nitka.js" data-write-key="${writeKeys.browser}" data-plugins=""
  data-endpoint="http://t.shop.localhost:${collector.port}" ${attributes}></script>${body}`;
  site.route('/', html());
  return {
    site,
    collector,
    html,
    rows: (like, count) =>
      collector.eventually<Row>(
        `SELECT event, anonymous_id, server_visitor_id, session_id, sequence, phone FROM raw_events
         WHERE event LIKE '${like}' ORDER BY message_id`,
        (rows) => rows.length >= count,
      ),
    async close() {
      await collector.close();
      await site.close();
    },
  };
}

/** Opens a page of the site in a browser and waits until the script runs. */
export async function visit(page: TestPage, url: string): Promise<void> {
  await page.goto(url);
  await expect
    .poll(() => page.evaluate(() => typeof (window as unknown as Partial<Tracked>).nitka?.ready))
    .toBe('function');
}

/** A browser for one test. */
export async function withBrowser<T>(
  name: BrowserName,
  work: (browser: TestBrowser, page: TestPage) => Promise<T>,
): Promise<T> {
  const browser = await openBrowser(name);
  try {
    return await work(browser, await browser.open());
  } finally {
    await browser.close();
  }
}

/** Everything of us that a browser can hold. */
export async function traces(browser: TestBrowser, page: TestPage) {
  const inPage = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map((database) => database.name),
  }));
  return { cookies: (await browser.cookies()).map((cookie) => cookie.name), ...inPage };
}
export const noTraces = { cookies: [], local: [], session: [], databases: [] };

/** Each event once, and the visitor's numbers without a gap or a repeat. */
export function expectWhole(rows: readonly Row[], name: string, count: number): void {
  const byText = (a: string, b: string): number => a.localeCompare(b);
  const expected = Array.from({ length: count }, (_, i) => `${name} ${i + 1}`).sort(byText);
  expect(rows.map((row) => String(row.event)).sort(byText)).toEqual(expected);
  expect(new Set(rows.map((row) => row.anonymous_id)).size).toBe(1);
  const numbers = rows.map((row) => Number(row.sequence)).sort((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
}
