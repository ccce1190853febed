import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../tests/support/chromium.ts';
import { shareStage } from '../../../tests/support/share-stage.ts';
import { openStage, visitorId, type Stage } from './stage.ts';

// That pages come back with us on them is proven in Firefox and WebKit (tests/browsers): Chromium without windows
// never keeps a page. But it says why it kept none, and what it says of the page is what would count with windows.

interface Explanation {
  readonly type: string;
  readonly reason: string;
}

/** Of the browser, whatever the page is. */
const ofTheBrowser = ['BrowsingInstanceNotSwapped', 'BackForwardCacheDisabledForDelegate'];

let stage: Stage;
let browser: Browser;

shareStage(openStage, (opened) => (stage = opened));
beforeAll(async () => {
  // Playwright turns the cache off.
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
});
afterAll(() => browser?.close());

/** Leaves a page and goes back to it. @returns what the page is to blame for that it was loaded anew */
const goAndComeBack = async (
  context: BrowserContext,
  path: string,
  before: () => unknown,
): Promise<string[] | 'it came back'> => {
  const page = await context.newPage();
  const debug = await context.newCDPSession(page);
  const explanations: Explanation[] = [];
  debug.on('Page.backForwardCacheNotUsed', ({ notRestoredExplanations }) => {
    explanations.push(...notRestoredExplanations);
  });
  await debug.send('Page.enable');
  await page.goto(stage.site.url(path));
  await visitorId(page);
  await page.evaluate(() => {
    const marked = window as unknown as { mark: boolean };
    marked.mark = true;
  });
  await page.evaluate(before);
  await page.evaluate(() => {
    location.href = '/empty';
  });
  await page.waitForURL('**/empty');
  await page.goBack({ waitUntil: 'commit' });
  await visitorId(page);
  const isTheSame = await page.evaluate(() => 'mark' in window);
  if (isTheSame) return 'it came back';
  await expect.poll(() => explanations.length).toBeGreaterThan(0);
  return explanations.map(({ reason }) => reason).filter((reason) => !ofTheBrowser.includes(reason));
};

it('Chromium blames a page for a lock that it holds', async () => {
  const context = await browser.newContext();
  const reasons = await goAndComeBack(context, '/', () => {
    void navigator.locks.request('held', () => new Promise(() => {}));
  });
  expect(reasons).toContain('WebLocks');
  await context.close();
});

it('and finds nothing to blame on ours, with every plugin, once it has sent', async () => {
  const html = stage.html('data-flush-interval="30"');
  stage.site.route(
    '/all',
    html.replace(
      'data-plugins=""',
      'data-plugins="campaign external-ids page-views forms clicks errors mirror scroll web-vitals"',
    ),
  );
  const context = await browser.newContext();
  const result = await goAndComeBack(context, '/all', () => {
    for (let i = 1; i <= 40; i++) window.nitka.track(`left ${i}`, { text: 'x'.repeat(200) });
    return window.nitka.flush();
  });
  expect(['it came back', []]).toContainEqual(result);
  const rows = await stage.rows('left %', 40);
  expect(rows.map(({ event }) => event).sort()).toEqual(
    Array.from({ length: 40 }, (_, i) => `left ${i + 1}`).sort(),
  );
  await context.close();
});
