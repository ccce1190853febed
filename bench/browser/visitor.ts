import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Lane } from './server.ts';
import type { PageBench } from './subjects/subject.ts';

declare global {
  interface Window {
    bench: PageBench;
  }
}

/**
 * One person's browser: cookies and storage of their own. It looks like an ordinary Chrome, because several
 * libraries keep silent before robots.
 */
export const newVisitor = (browser: Browser): Promise<BrowserContext> => {
  const version = browser.version().split('.')[0];
  return browser.newContext({
    userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`,
    locale: 'ru-RU',
    timezoneId: 'Europe/Moscow',
  });
};

/** Opens the subject's page and waits until the library has started. */
export const visit = async (visitor: BrowserContext, lane: Lane): Promise<Page> => {
  const page = await visitor.newPage();
  await page.goto(lane.url('/'));
  await page.waitForFunction(() => window.bench.ready(), undefined, { timeout: 20_000, polling: 50 });
  return page;
};

/** How test events are made, in the page. */
export interface Making {
  readonly prefix: string;
  readonly count: number;
  /** Milliseconds between calls. 0: all in one go. */
  readonly every: number;
}

/** Calls `track` in the page with marked events. */
export const track = (page: Page, { prefix, count, every }: Making): Promise<void> =>
  page.evaluate(
    async ([name, total, pause]) => {
      for (let i = 0; i < total; i++) {
        window.bench.track({
          mark: `${name}-${i}`,
          run: location.hostname,
          title: 'Студия, 24 м²',
          price: 7_450_000,
          list: 'search',
        });
        if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      }
    },
    [prefix, count, every] as const,
  );

/** The flags that every measurement starts Chromium with. */
export const browserArguments = [
  // navigator.webdriver makes several libraries keep silent.
  '--disable-blink-features=AutomationControlled',
  // Nothing leaves the machine: whoever calls home gets no address.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE *.localhost, EXCLUDE localhost',
  '--enable-precise-memory-info',
];
