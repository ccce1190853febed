import { readdirSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../../../tests/support/chromium.ts';
import type { Site } from '../../../../tests/support/site.ts';
import { startSite } from '../../../../tests/support/site.ts';

export interface Received {
  type: string;
  event?: string;
  messageId: string;
  properties?: Record<string, unknown>;
  traits?: { phone?: string; email?: string };
  context?: Record<string, unknown> & { page?: Record<string, unknown> };
}

export interface LivePage {
  page: Page;
  context: BrowserContext;
  site: Site;
  /** Faults that the page saw. */
  faults: string[];
  /** What the collector was sent until now, each event once; afterwards nothing of the page is on its way. */
  received(): Promise<Received[]>;
}

export interface Bench {
  site: Site;
  /** Opens a page in which a tracker runs with the plugins named: `forms`, or `pageViews({ hash: true })`. */
  open(
    html: string,
    plugins: Record<string, string>,
    more?: { head?: string; path?: string },
  ): Promise<LivePage>;
  close(): Promise<void>;
}

const dist = new URL('../../dist/', import.meta.url);

/** A browser, and a site that serves the built package and takes what it sends. */
export const startBench = async (): Promise<Bench> => {
  const browser: Browser = await launchChromium();
  const events = new Map<string, Received[]>();
  const site = await startSite({});
  const files = (folder: string) => readdirSync(new URL(folder, dist)).filter((file) => file.endsWith('.js'));
  for (const file of [...files('.'), ...files('chunks').map((name) => `chunks/${name}`)]) {
    site.route(`/sdk/${file}`, new URL(file, dist));
  }
  let count = 0;

  return {
    site,
    async open(html, plugins, { head = '', path } = {}) {
      const name = `case-${count++}`;
      const imports = Object.entries(plugins).map(
        ([file, call]) => `import { ${call.split('(')[0]!} } from '/sdk/${file}.js';`,
      );
      const script = `<script type="module">
        import { createTracker } from '/sdk/index.js';
        ${imports.join('\n')}
        window.tracker = createTracker({ writeKey: '${name}', endpoint: location.origin + '/${name}', flushInterval: 30, plugins: [${Object.values(plugins).join()}] });
      </script>`;
      const text = `<!doctype html><html><head><title>${name}</title>${head}${script}</head><body>${html}</body></html>`;
      const address = path ?? `/${name}`;
      site.route(address, text);
      const kept: Received[] = [];
      events.set(name, kept);
      site.route(`/${name}/v1/batch`, (_, body) => {
        const { batch } = JSON.parse(body.toString()) as { batch: Received[] };
        for (const event of batch)
          if (!kept.some(({ messageId }) => messageId === event.messageId)) kept.push(event);
        return { headers: { 'content-type': 'application/json' }, body: '{"success":true}' };
      });
      site.route(`/${name}/v1/visitor`, () => ({
        headers: { 'content-type': 'application/json' },
        body: '{"success":true}',
      }));
      const context = await browser.newContext();
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error)));
      await page.goto(site.url(address));
      await page.waitForFunction('window.tracker');
      return {
        page,
        context,
        site,
        faults,
        async received() {
          await page.waitForFunction('window.tracker');
          await page.waitForTimeout(150);
          const mark = `End ${Math.random()}`;
          await page.evaluate(`tracker.track('${mark}'); tracker.flush()`);
          for (let wait = 0; wait < 200 && !kept.some(({ event }) => event === mark); wait++) {
            await page.waitForTimeout(25);
          }
          if (!kept.some(({ event }) => event === mark)) throw new Error('the tracker sends nothing');
          return kept.filter(({ event }) => !event?.startsWith('End '));
        },
      };
    },
    async close() {
      await browser.close();
      await site.close();
    },
  };
};
