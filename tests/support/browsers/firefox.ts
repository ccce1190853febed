import puppeteer from 'puppeteer-core';
import type { Browser, Page } from 'puppeteer-core';
import type { TestBrowser, TestPage } from '../browsers.ts';
import { expression } from './expression.ts';

/** A start takes seconds and a user context milliseconds, so the profiles of a test file share one process. */
let running: Promise<Browser> | undefined;
let profiles = 0;

/** A stock Firefox by WebDriver BiDi: playwright-core drives its own build of it alone. */
export async function openFirefox(executablePath: string): Promise<TestBrowser> {
  profiles++;
  running ??= puppeteer.launch({ browser: 'firefox', executablePath, headless: true, timeout: 120_000 });
  const browser = await running;
  const context = await browser.createBrowserContext();
  return {
    name: 'firefox',
    open: async () => toPage(await context.newPage()),
    cookies: async () =>
      (await context.cookies()).map(({ name, value, domain, path, httpOnly, secure, expires }) => ({
        name,
        value,
        domain,
        path,
        httpOnly: httpOnly ?? false,
        secure,
        ...(expires > 0 && { expires }),
      })),
    async deleteCookies(names) {
      const all = await context.cookies();
      await context.deleteCookie(...all.filter(({ name }) => names?.includes(name) ?? true));
    },
    async close() {
      await context.close();
      profiles--;
      // The next test may open one at once. If the process ends first, puppeteer ends the browser.
      setTimeout(() => profiles === 0 && void end(browser), 1000).unref();
    },
  };
}

async function end(browser: Browser): Promise<void> {
  running = undefined;
  if (browser.connected) await browser.close();
}

function toPage(page: Page): TestPage {
  return {
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    url: async () => page.url(),
    evaluate: async <T, A extends unknown[]>(code: string | ((...args: A) => T | Promise<T>), ...args: A) =>
      (await page.evaluate(expression(code, args))) as T,
    click: async (selector) => {
      await page.waitForSelector(selector);
      await page.click(selector);
    },
    type: async (selector, text) => {
      await page.waitForSelector(selector);
      await page.type(selector, text);
    },
    close: () => page.close(),
  };
}
