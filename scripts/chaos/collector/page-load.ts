import type { Browser } from 'playwright-core';
import { launchChromium } from '../../../tests/support/chromium.ts';
import { startSite } from '../../../tests/support/site.ts';
import type { Site } from '../../../tests/support/site.ts';

/** A real page with the browser SDK, open through all rounds. */
export interface PageLoad {
  /** Where the page is from. */
  readonly origin: string;
  /** Opens the page and begins to track. */
  open(port: number, writeKey: string): Promise<void>;
  /** Tracks nothing more; resolves with the number of events tracked. */
  finish(): Promise<number>;
  flush(): Promise<void>;
  /** Leaves the page and opens it again: what is unsent goes over to the next one. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

interface Probe {
  nitka: { track(event: string, properties: object): void; flush(): Promise<void> };
  probes: { n: number; timer: ReturnType<typeof setInterval> };
}

// Numbers go on where the last page stopped.
const program = `
  const probes = (window.probes = { n: Number(sessionStorage.n ?? 0) });
  probes.timer = setInterval(() => {
    if (!window.nitka) return;
    nitka.track('Probe', { n: probes.n++ });
    sessionStorage.n = probes.n;
  }, 40);`;

export const startPageLoad = async (): Promise<PageLoad> => {
  const site: Site = await startSite({
    '/nitka.js': new URL('../../../packages/sdk-browser/dist/nitka.js', import.meta.url),
  });
  let browser: Browser | undefined;
  let page: Awaited<ReturnType<Browser['newPage']>> | undefined;
  return {
    origin: site.url('').replace(/\/$/, ''),
    async open(port, writeKey) {
      site.route(
        '/',
        `<!doctype html><title>Chaos</title><script src="/nitka.js" data-plugins=""
          data-endpoint="http://t.shop.localhost:${port}" data-write-key="${writeKey}" data-flush-at="10"
          data-flush-interval="100"></script><script>${program}</script>`,
      );
      browser = await launchChromium();
      page = await browser.newPage();
      await page.goto(site.url('/'));
    },
    finish: () =>
      page!.evaluate(() => {
        const { probes } = window as unknown as Probe;
        clearInterval(probes.timer);
        return probes.n;
      }),
    flush: () => page!.evaluate(() => (window as unknown as Probe).nitka.flush()),
    async reload() {
      await page!.reload();
    },
    async close() {
      await browser?.close();
      await site.close();
    },
  };
};
