import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../../../../tests/support/chromium.ts';
import { browserKey, openTestCollector } from '../support/collector.ts';
import type { TestCollector } from '../support/collector.ts';

const require = createRequire(import.meta.url);
/** The folder of a package, from the file that stands for it. */
const packageOf = (entry: string, name: string): string => {
  return entry.slice(0, entry.lastIndexOf(name) + name.length);
};

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** A site of another origin than the collector: its page, the files of a client, and Segment's settings where its script asks for them. */
const startSite = async (files: (path: string) => string | null, head: (collector: string) => string) => {
  let collectorUrl = '';
  const site = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    const file = files(path);
    if (file !== null) {
      response.setHeader('content-type', 'text/javascript');
      response.end(readFileSync(file));
    } else if (path.startsWith('/v1/projects/')) {
      fetch(collectorUrl + path)
        .then(async (answer) => {
          response.setHeader('content-type', 'application/json');
          response.end(await answer.text());
        })
        // The page has gone, and its collector with it.
        .catch(() => response.destroy());
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>Shop</title>${head(collectorUrl)}`);
    }
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    site.close().closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const collector = await openTestCollector({
    sources: [{ name: 'site', kind: 'browser', writeKey: browserKey, origins: [origin] }],
  });
  collectorUrl = `http://127.0.0.1:${await collector.listen()}`;
  return { origin, collector };
};

const arrived = async (collector: TestCollector, count: number) => {
  while ((collector.spool.ledger.read().get('site')?.accepted ?? 0) < count)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await collector.loaded();
  return collector.rows(
    'SELECT type, event, user_id, email, library, anonymous_id IS NOT NULL AS anonymous, source_kind FROM raw_events ORDER BY type',
  );
};

const expectAll = (rows: Record<string, unknown>[], library: RegExp): void => {
  expect(rows).toMatchObject([
    { type: 'identify', user_id: 'u1', email: 'ann@mail.ru', anonymous: true },
    { type: 'page', event: 'Home', anonymous: true },
    { type: 'track', event: 'Order Completed', user_id: 'u1', anonymous: true, source_kind: 'browser' },
  ]);
  for (const row of rows) expect(row['library']).toMatch(library);
};

it('serves Segment’s own browser client, unmodified', async () => {
  const bundles = join(packageOf(require.resolve('@segment/analytics-next'), 'analytics-next'), 'dist/umd');
  const { origin, collector } = await startSite(
    (path) => {
      if (path === '/analytics.js/v1/key/analytics.min.js') return join(bundles, 'standalone.js');
      return path.startsWith('/analytics-next/bundles/') ? join(bundles, path.split('/').at(-1)!) : null;
    },
    () =>
      `<script>window.analytics = Object.assign([], { _writeKey: '${browserKey}', _cdn: location.origin, _loadOptions: {} });</script>
       <script async src="/analytics.js/v1/key/analytics.min.js"></script>`,
  );
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(origin);
  await page.waitForFunction('window.analytics.initialized === true');
  await page.evaluate(`(async () => {
    await analytics.page('Home');
    await analytics.identify('u1', { email: 'Ann@Mail.ru' });
    await analytics.track('Order Completed', { total: 1.5 });
  })()`);
  expectAll(await arrived(collector, 3), /^analytics\.js\/next-1\./);
  expect(collector.balanced()).toBe(true);
});

it('serves RudderStack’s own browser client, unmodified', async () => {
  const root = packageOf(require.resolve('@rudderstack/analytics-js'), 'analytics-js');
  const { origin, collector } = await startSite(
    (path) => (path === '/rsa.js' ? join(root, 'dist/npm/modern/bundled/umd/index.js') : null),
    (url) => `<script src="/rsa.js"></script><script>
      const Client = window.rudderanalytics.RudderAnalytics;
      window.client = Client ? new Client() : window.rudderanalytics;
      window.client.load('${browserKey}', '${url}', { configUrl: '${url}', onLoaded: () => { window.loaded = true; } });
    </script>`,
  );
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(origin);
  await page.waitForFunction('window.loaded === true');
  await page.evaluate(`(() => {
    client.page('Home');
    client.identify('u1', { email: 'Ann@Mail.ru' });
    client.track('Order Completed', { total: 1.5 });
  })()`);
  expectAll(await arrived(collector, 3), /^RudderLabs JavaScript SDK\/3\./);
  expect(collector.balanced()).toBe(true);
});
