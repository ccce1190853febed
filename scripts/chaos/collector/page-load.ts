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
  /** Tracks nothing more. */
  finish(): Promise<Tracked>;
  flush(): Promise<void>;
  /** What waits, and what the SDK said last. */
  state(): Promise<string>;
  /** Leaves the page and opens it again: what is unsent goes over to the next one. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** The calls that were made, numbered from 0. */
export interface Tracked {
  readonly count: number;
  /** Those that the SDK said it had no room for: it keeps what waits within bounds. */
  readonly dropped: readonly number[];
}

interface Probe {
  nitka: { track(event: string, properties: object): void; flush(): Promise<void> };
  probes: { n: number; dropped: number[]; said: string; timer: ReturnType<typeof setInterval> };
}

// Goes on where the last page stopped. What has no room is told of within the call; what is dropped later is counted as lost.
const program = `
  const probes = (window.probes = {
    n: Number(sessionStorage.n ?? 0), dropped: JSON.parse(sessionStorage.dropped ?? '[]'), said: 'nothing',
  });
  if (window.nitka) {
    nitka.on('dropped', (code) => {
      probes.said = 'dropped ' + code;
      if (code === 'queue_full') probes.dropped.push(probes.n);
    });
    nitka.on('error', (code, detail) => (probes.said = code + ' ' + detail));
    nitka.on('sent', (count) => (probes.said = 'sent ' + count));
    probes.timer = setInterval(() => {
      nitka.track('Probe', { n: probes.n });
      sessionStorage.n = ++probes.n;
      sessionStorage.dropped = JSON.stringify(probes.dropped);
    }, 40);
  }`;

export const startPageLoad = async (): Promise<PageLoad> => {
  const site: Site = await startSite({
    '/nitka.js': new URL('../../../packages/sdk-browser/dist/nitka.js', import.meta.url),
  });
  let browser: Browser | undefined;
  let page: Awaited<ReturnType<Browser['newPage']>> | undefined;
  let reloading: Promise<void> | null = null;
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
        return { count: probes.n, dropped: probes.dropped };
      }),
    flush: () => page!.evaluate(() => (window as unknown as Probe).nitka.flush()),
    state: () =>
      page!.evaluate(() => {
        const waiting = Object.keys(localStorage).filter((key) => key.startsWith('ntk.q.')).length;
        return `${waiting} wait in it; it said last: ${(window as unknown as Probe).probes.said}`;
      }),
    reload() {
      // A second one that begins meanwhile would break it off.
      reloading ??= page!
        .reload()
        .then(() => undefined)
        .finally(() => (reloading = null));
      return reloading;
    },
    async close() {
      await browser?.close();
      await site.close();
    },
  };
};
