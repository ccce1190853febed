import { readdirSync } from 'node:fs';
import { launchChromium } from '../../../tests/support/chromium.ts';
import { startCollector, writeKeys, type CollectorProcess } from '../../../tests/support/collector.ts';
import { startSite, type Site } from '../../../tests/support/site.ts';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Tracker } from '../src/api.ts';

declare global {
  interface Window {
    nitka: Tracker;
  }
}

/** One row of what the tests ask the warehouse. */
export interface Row {
  readonly message_id: string;
  readonly type: string;
  readonly event: string | null;
  readonly anonymous_id: string | null;
  readonly server_visitor_id: string | null;
  readonly session_id: string | null;
  readonly sequence: number | string | null;
  readonly payload: string;
}

export const columns =
  'message_id, type, event, anonymous_id, server_visitor_id, session_id, sequence, CAST(payload AS VARCHAR) AS payload';

/** A browser, a site with a page that loads the built script, and a collector in a process of its own. */
export interface Stage {
  readonly browser: Browser;
  readonly site: Site;
  readonly collector: CollectorProcess;
  /** HTML of a page that loads the script. @param attributes more of the tag's attributes */
  html(attributes?: string, head?: string): string;
  context(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Rows of events whose name is like this, once there are at least so many. */
  rows(like: string, count: number): Promise<Row[]>;
  close(): Promise<void>;
}

/** `shop.localhost` with the collector on its subdomain `t.shop.localhost`, as in the wild. */
export const openStage = async (): Promise<Stage> => {
  const dist = new URL('../dist/', import.meta.url);
  // The script, and what it loads after its start.
  const files = readdirSync(dist).filter((name) => /^nitka\..*js$/.test(name));
  const site = await startSite(Object.fromEntries(files.map((name) => [`/${name}`, new URL(name, dist)])));
  const origins = ['shop.localhost', 'a.shop.localhost'].map((host) => new URL(site.url('/', host)).origin);
  const [browser, collector] = await Promise.all([
    launchChromium(),
    startCollector({ origins, config: { visitorCookie: { domain: 'host' } } }),
  ]);
  const endpoint = `http://t.shop.localhost:${collector.port}`;
  const html: Stage['html'] = (attributes = '', head = '') =>
    `<!doctype html><title>Лавка</title>${head}
<script async src="/nitka.js" data-write-key="${writeKeys.browser}" data-endpoint="${endpoint}" data-plugins="" ${attributes}></script>
<a id="next" href="/next">next</a>`;
  site.route('/', html());
  site.route('/next', html());
  site.route('/empty', '<!doctype html><title>empty</title>');
  return {
    browser,
    site,
    collector,
    html,
    context: (options) => browser.newContext(options),
    rows: (like, count) =>
      collector.eventually<Row>(
        `SELECT ${columns} FROM raw_events WHERE event LIKE '${like}' ORDER BY message_id`,
        (rows) => rows.length >= count,
      ),
    async close() {
      await browser.close();
      await collector.close();
      await site.close();
    },
  };
};

/** Waits until the script runs, and gives the settled visitor id. */
export const visitorId = async (page: Page): Promise<string> => {
  await page.waitForFunction(() => typeof window.nitka?.ready === 'function');
  return page.evaluate(() => window.nitka.ready());
};

/** Everything of us that a browser can hold. */
export const traces = async (context: BrowserContext, page: Page) => ({
  cookies: (await context.cookies()).map(({ name }) => name),
  ...(await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches?.keys?.().catch(() => []),
  }))),
});
export const nothing = { cookies: [], local: [], session: [], databases: [], caches: [] };
