import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { launchChromium } from './support/chromium.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test('a Chromium starts without one being installed, and has glyphs for Russian', async () => {
  const page = await browser.newPage();
  await page.setContent(
    '<span id=a>Нитка</span><span id=b>\u{10FFFD}\u{10FFFD}\u{10FFFD}\u{10FFFD}\u{10FFFD}</span>',
  );
  const [text, missing] = await Promise.all(
    ['#a', '#b'].map((selector) => page.locator(selector).screenshot()),
  );
  expect(text!.equals(missing!)).toBe(false);
  await page.close();
});
