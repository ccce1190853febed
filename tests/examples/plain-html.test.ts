import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Browser, BrowserContext } from 'playwright-core';
import { expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { startCollector, writeKeys, type CollectorProcess } from '../support/collector.ts';
import { shareStage } from '../support/share-stage.ts';
import { startSite, type Site } from '../support/site.ts';

const example = new URL('../../examples/plain-html/', import.meta.url);
const dist = new URL('../../packages/sdk-browser/dist/', import.meta.url);

let site: Site;
let collector: CollectorProcess;
let browser: Browser;

const openStage = async () => {
  site = await startSite({});
  collector = await startCollector({ origins: [site.url('')] });
  // What the README of the example tells to put in.
  const filled = (name: string): string =>
    readFileSync(new URL(name, example), 'utf8')
      .replaceAll('http://127.0.0.1:8080', `http://t.shop.localhost:${collector.port}`)
      .replaceAll('YOUR_WRITE_KEY', writeKeys.browser);
  for (const name of ['index.html', 'purposes.html', 'module.html']) site.route(`/${name}`, filled(name));
  for (const name of ['consent.js', 'purposes.js', 'module.js', 'page.css']) {
    const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
    site.route(`/${name}`, { headers: { 'content-type': type }, body: filled(name) });
  }
  for (const name of await readdir(dist, { recursive: true })) {
    if (name.endsWith('.js')) site.route(`/nitka/${name}`, new URL(name, dist));
  }
  browser = await launchChromium();
  return {
    async close() {
      await browser.close();
      await collector.close();
      await site.close();
    },
  };
};
shareStage(openStage);

/** What the tracker has left in the browser, and the requests it has made. */
const open = async (path: string) => {
  const context = await browser.newContext();
  const requests: string[] = [];
  context.on('request', (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  const page = await context.newPage();
  await page.goto(site.url(path));
  await page.waitForFunction(() => 'flush' in (window as unknown as { nitka: object }).nitka);
  return { context, page, requests };
};

const traces = async (context: BrowserContext) => {
  const page = context.pages()[0]!;
  const stored = await page.evaluate(async () => ({
    keys: Object.keys(localStorage).filter((key) => key !== 'consent-choice'),
    databases: (await indexedDB.databases()).map(({ name }) => name),
  }));
  return { ...stored, cookies: (await context.cookies()).map(({ name }) => name) };
};

const nothing = { keys: [], databases: [], cookies: [] };

it('before the choice nothing is stored or sent; after a yes the page view and the click are there', async () => {
  const { context, page, requests } = await open('/index.html');
  await page.click('#like');
  await page.waitForTimeout(300);
  expect(await traces(context)).toEqual(nothing);
  expect(requests.filter((request) => request.startsWith('POST'))).toEqual([]);

  await page.click('[data-choice=granted]');
  await page.evaluate(() => (window as unknown as { nitka: { flush(): Promise<void> } }).nitka.flush());
  const rows = await collector.eventually<{ what: string; version: string }>(
    `SELECT coalesce(event, type) AS what, payload->>'$.context.consent.version' AS version
     FROM raw_events WHERE event = 'Page Liked' OR type = 'page'`,
    ({ length }) => length >= 2,
  );
  expect(rows.map(({ what }) => what).sort()).toEqual(['Page Liked', expect.any(String)]);
  expect(rows.map(({ version }) => version)).toEqual(['2026-11', '2026-11']);
  await context.close();
});

it('after a no nothing is stored or sent, on the next page neither', async () => {
  const { context, page, requests } = await open('/index.html');
  await page.click('[data-choice=denied]');
  await page.click('#like');
  await page.reload();
  await page.waitForFunction(() => 'flush' in (window as unknown as { nitka: object }).nitka);
  await page.click('#like');
  await page.waitForTimeout(300);
  expect(await traces(context)).toEqual(nothing);
  expect(requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  await context.close();
});

it('a yes that is taken back erases everything, and a form is thanked for without an address that tells the e-mail', async () => {
  const { context, page } = await open('/index.html');
  await page.click('[data-choice=granted]');
  await page.fill('input[name=email]', 'Olga@Mail.ru');
  await page.click('form button');
  await page.waitForSelector('#thanks:not([hidden])');
  expect(page.url()).toBe(site.url('/index.html'));
  await collector.eventually(
    `SELECT 1 FROM raw_events WHERE email = 'olga@mail.ru'`,
    ({ length }) => length > 0,
  );
  await page.click('#choose');
  await page.click('[data-choice=denied]');
  await expect.poll(() => traces(context)).toEqual(nothing);
  await context.close();
});

it('purposes that are allowed are in the events, without cookies nothing is stored, and a refusal ends both', async () => {
  const { context, page, requests } = await open('/purposes.html');
  const flush = () =>
    page.evaluate(() => (window as unknown as { nitka: { flush(): Promise<void> } }).nitka.flush());
  await page.click('#like');
  await page.waitForTimeout(300);
  expect(await traces(context)).toEqual(nothing);
  expect(requests.filter((request) => request.startsWith('POST'))).toEqual([]);

  await page.click('[value=cookieless]');
  await flush();
  expect(await traces(context)).toEqual(nothing);

  await page.click('#choose');
  await page.check('[name=analytics]');
  await page.click('[value=granted]');
  await page.evaluate(() => {
    (window as unknown as { nitka: { track(event: string): void } }).nitka.track('Purposes Chosen');
  });
  await flush();
  const rows = await collector.eventually<{ event: string; consent: string }>(
    `SELECT event, payload->>'$.context.consent' AS consent FROM raw_events
     WHERE event = 'Purposes Chosen' OR (event = 'Page Liked' AND consent LIKE '%cookieless%') ORDER BY event`,
    ({ length }) => length >= 2,
  );
  expect(rows.map(({ event, consent }) => [event, JSON.parse(consent)])).toEqual([
    ['Page Liked', { status: 'cookieless', version: '2026-11' }],
    ['Purposes Chosen', { status: 'granted', version: '2026-11', purposes: { analytics: true, ads: false } }],
  ]);

  // The same by the choice that is remembered, then none at all.
  await page.reload();
  await page.waitForFunction(() => 'flush' in (window as unknown as { nitka: object }).nitka);
  await page.click('#choose');
  await page.click('[value=denied]');
  await expect.poll(() => traces(context)).toEqual(nothing);
  await context.close();
});

it('the page with an import tracks, and links the e-mail of its form', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.url('/module.html'));
  const visitor = page.locator('#visitor');
  await expect.poll(() => visitor.textContent()).toMatch(/^[0-9a-f-]{36}$/);
  const id = await visitor.textContent();
  await page.fill('input[name=email]', 'Ann@Mail.ru');
  await page.click('form button');
  await page.close({ runBeforeUnload: true });
  const rows = await collector.eventually<{ anonymous_id: string }>(
    `SELECT anonymous_id FROM raw_events WHERE email = 'ann@mail.ru'`,
    ({ length }) => length >= 1,
  );
  expect(rows).toEqual([{ anonymous_id: id }]);
  await context.close();
});
