import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../../../tests/support/chromium.ts';
import type { Site } from '../../../../tests/support/site.ts';
import type { Received } from './stage.ts';
import { drained, openStage } from './stage.ts';

export interface LivePage {
  page: Page;
  context: BrowserContext;
  /** Faults that the page saw. */
  faults: string[];
  /** What the collector was sent; afterwards nothing of the page is on its way. */
  received(): Promise<Received[]>;
}

export interface Bench {
  site: Site;
  /** Opens a page in which a tracker runs with plugins, by file: `{ forms: 'forms()' }`. */
  open(
    html: string,
    plugins: Record<string, string>,
    more?: { head?: string; path?: string },
  ): Promise<LivePage>;
  /** A visitor of its own. */
  context(): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** Chromium, and a site that serves the built package. */
export const startBench = async (): Promise<Bench> => {
  const browser = await launchChromium();
  const stage = await openStage();
  return {
    site: stage.site,
    context: () => browser.newContext(),
    async open(html, plugins, more) {
      const scene = stage.add(html, plugins, more);
      const context = await browser.newContext();
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error)));
      await page.goto(scene.url);
      await page.waitForFunction('window.tracker');
      return { page, context, faults, received: () => drained(scene, (code) => page.evaluate(code)) };
    },
    async close() {
      await browser.close();
      await stage.site.close();
    },
  };
};
