import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { readParameter, writeParameter } from '../../src/plugins/linker/parameter.ts';
import type { Tracker } from '../../src/api.ts';
import type { Bench } from './live-page.ts';
import { startBench } from './live-page.ts';

declare global {
  interface Window {
    tracker: Tracker;
  }
}

const [shop, pay, evil] = ['shop.localhost', 'pay.localhost', 'evil.localhost'];
let bench: Bench;
let context: BrowserContext;
let page: Page;
const faults: string[] = [];

const at = (host: string) => bench.site.url('/linked', host);
const idOf = async (where: Page): Promise<string> => {
  await where.waitForFunction('window.tracker');
  return where.evaluate(() => window.tracker.ready());
};
/** Until the page that follows has loaded. */
const followed = async (action: () => Promise<unknown>): Promise<string> => {
  await Promise.all([page.waitForURL((url) => url.hostname === pay), action()]);
  return idOf(page);
};

beforeAll(async () => {
  bench = await startBench();
  const html = `<a href="${at(pay)}?x=%20y#top"><b>Pay</b></a><form id="g" action="${at(pay)}"><input name="q" value="1"><button>Go</button></form><form id="p" method="post" action="${at(pay)}"><button>Go</button></form>`;
  const opened = await bench.open(
    html,
    { linker: `linker({ domains: ['${shop}', '${pay}'] })`, 'page-views': 'pageViews()' },
    { path: '/linked' },
  );
  await opened.context.close();
});
afterAll(() => bench.close());

/** A visitor who has never been anywhere, on the first site. */
const arrive = async (host = shop): Promise<string> => {
  await context?.close();
  context = await bench.context();
  page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(at(host));
  return idOf(page);
};

describe('one visitor on two domains', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['a click on a link', () => page.click('b')],
    ['a GET form', () => page.click('#g button')],
    ['a POST form', () => page.click('#p button')],
    [
      'a script that goes there by window.open',
      () => page.evaluate((url) => void open(url, '_self'), at(pay)),
    ],
  ])('%s carries the id, and the address bar shows nothing of it', async (_, action) => {
    const id = await arrive();
    expect(await followed(action)).toBe(id);
    expect(page.url()).not.toContain('ntk_v');
    // It is the visitor's there from now on.
    await page.goto(at(pay));
    expect(await idOf(page)).toBe(id);
  });

  test('the other parameters and the fragment stay as they were', async () => {
    await arrive();
    await followed(() => page.click('b'));
    expect(page.url()).toBe(`${at(pay)}?x=%20y#top`);
  });

  test('the middle button opens a tab with the parameter, and the link is as before', async () => {
    const id = await arrive();
    const [request] = await Promise.all([
      context.waitForEvent('request', (sent) => sent.url().includes('ntk_v')),
      page.click('b', { button: 'middle' }),
    ]);
    const { host, searchParams } = new URL(request.url());
    const userAgent = await page.evaluate(() => navigator.userAgent);
    expect(readParameter(searchParams.get('ntk_v')!, Date.now(), 60_000, { host, userAgent })).toBe(id);
    expect(await page.getAttribute('a', 'href')).toBe(`${at(pay)}?x=%20y#top`);
  });

  test('who has an id there keeps it, though the one that arrives is older', async () => {
    const older = await arrive();
    await page.goto(at(pay));
    const own = await idOf(page);
    expect(own > older).toBe(true);
    await page.goto(at(shop));
    await idOf(page);
    expect(await followed(() => page.click('b'))).toBe(own);
  });
});

test('a stranger who computes a right parameter plants nothing', async () => {
  await arrive();
  await context.clearCookies();
  const userAgent = await page.evaluate(() => navigator.userAgent);
  const planted = '01941f29-7c07-7000-8000-000000000000';
  const host = new URL(at(pay)).host;
  const url = `${at(pay)}?ntk_v=${writeParameter(planted, Date.now(), { host, userAgent })}`;
  for (const policy of ['unsafe-url', 'no-referrer']) {
    bench.site.route('/evil', {
      headers: { 'content-type': 'text/html', 'referrer-policy': policy },
      body: `<a href="${url}">Win a phone</a>`,
    });
    await page.goto(bench.site.url('/evil', evil));
    const id = await followed(() => page.click('a'));
    expect(id).not.toBe(planted);
    expect(page.url()).not.toContain('ntk_v');
  }
});

test('no page saw a fault', () => {
  expect(faults).toEqual([]);
});
