import type { Page } from 'playwright-core';
import type { TestBrowser, TestPage } from '../browsers.ts';
import { launchChromium } from '../chromium.ts';
import { expression } from './expression.ts';

/** Chromium by playwright-core. */
export async function openChromium(): Promise<TestBrowser> {
  const browser = await launchChromium();
  const context = await browser.newContext();
  return {
    name: 'chromium',
    open: async () => toPage(await context.newPage()),
    cookies: async () =>
      (await context.cookies()).map(({ name, value, domain, path, httpOnly, secure, expires }) => ({
        name,
        value,
        domain,
        path,
        httpOnly,
        secure,
        ...(expires > 0 && { expires }),
      })),
    async deleteCookies(names) {
      if (!names) return context.clearCookies();
      for (const name of names) await context.clearCookies({ name });
    },
    close: () => browser.close(),
  };
}

function toPage(page: Page): TestPage {
  return {
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    url: async () => page.url(),
    evaluate: (code, ...args) => page.evaluate(expression(code, args)),
    click: (selector) => page.click(selector),
    type: (selector, text) => page.locator(selector).pressSequentially(text),
    close: () => page.close(),
  };
}
