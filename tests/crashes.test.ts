import { setTimeout as sleep } from 'node:timers/promises';
import { createTracker } from '../packages/sdk-node/dist/index.js';
import type { Browser } from 'playwright-core';
import { expect, it } from 'vitest';
import { ledgerOf } from './ledger.ts';
import { launchChromium } from './support/chromium.ts';
import { startCollector, writeKeys, type CollectorProcess } from './support/collector.ts';
import { shareStage } from './support/share-stage.ts';
import { startSite, type Site } from './support/site.ts';

const events = 2000;
const crashes = 5;

let site: Site;
let collector: CollectorProcess;
let browser: Browser;

const open = async () => {
  site = await startSite({
    '/nitka.js': new URL('../packages/sdk-browser/dist/nitka.js', import.meta.url),
  });
  collector = await startCollector({ origins: [site.url('').replace(/\/$/, '')] });
  const endpoint = `http://t.shop.localhost:${collector.port}`;
  site.route(
    '/',
    `<!doctype html><title>Crashes</title><script src="/nitka.js" data-plugins="" data-endpoint="${endpoint}"
      data-write-key="${writeKeys.browser}" data-flush-at="10" data-flush-interval="20"></script>`,
  );
  browser = await launchChromium();
  return {
    async close() {
      await browser.close();
      await collector.close();
      await site.close();
    },
  };
};
shareStage(open);

interface Tracked {
  readonly source: string;
  readonly numbers: string;
  readonly messages: string;
  readonly rows: string;
}

const counts = `SELECT source, count(DISTINCT payload->>'$.properties.n') AS numbers, count(DISTINCT message_id) AS messages,
  count(*) AS rows FROM raw_events WHERE event = 'Probe' GROUP BY source ORDER BY source`;

it('2,000 events of a page and 2,000 of a server outlive five crashes of the collector, each once', async () => {
  const page = await browser.newPage();
  await page.goto(site.url('/'));
  const tracker = createTracker({
    endpoint: collector.url,
    writeKey: writeKeys.server,
    flushAt: 10,
    flushInterval: 20,
    backoffCap: 500,
    shutdown: false,
  });
  let failures = 0;
  tracker.on('error', () => (failures += 1));

  // Both track a tenth of their events between two crashes, and the rest of the time while one happens.
  const trackOnServer = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n++) {
      const call = tracker.track({ userId: '42', event: 'Probe', properties: { n } });
      expect(call.accepted).toBe(true);
      if (n % 20 === 0) await sleep(10);
    }
  };
  const trackOnPage = (from: number, to: number): Promise<void> =>
    page.evaluate(
      async ([first, end]) => {
        const { nitka } = window as unknown as { nitka: { track(event: string, properties: object): void } };
        for (let n = first!; n < end!; n++) {
          nitka.track('Probe', { n });
          if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      [from, to],
    );

  const share = events / (crashes + 1);
  for (let crash = 0; crash <= crashes; crash++) {
    const [from, to] = [Math.round(crash * share), Math.round((crash + 1) * share)];
    const tracking = Promise.all([trackOnServer(from, to), trackOnPage(from, to)]);
    if (crash < crashes) {
      await sleep(40 + 60 * crash);
      await collector.kill('SIGKILL');
      await collector.restart();
    }
    await tracking;
  }

  const flushPage = (): Promise<void> =>
    page.evaluate(() => (window as unknown as { nitka: { flush(): Promise<void> } }).nitka.flush());
  const isWhole = (rows: Tracked[]): boolean =>
    rows.length === 2 && rows.every(({ numbers }) => Number(numbers) === events);
  for (let round = 0; round < 30; round++) {
    await Promise.all([tracker.flush({ timeout: 2000 }), flushPage()]);
    if (isWhole(await collector.query<Tracked>(counts))) break;
    await sleep(500);
  }
  expect(await collector.query<Tracked>(counts)).toEqual(
    ['site', 'till'].map((source) => ({
      source,
      numbers: String(events),
      messages: String(events),
      rows: String(events),
    })),
  );
  // The crashes were felt, and nothing was given up for them.
  expect(failures).toBeGreaterThan(0);
  expect(tracker.stats().dropped).toEqual({});
  const ledger = await ledgerOf(collector.folder);
  expect(
    ledger.map(({ source, loaded, pending, balanced }) => ({ source, loaded, pending, balanced })),
  ).toEqual(['site', 'till'].map((source) => ({ source, loaded: events, pending: 0, balanced: true })));
  await tracker.close();
}, 240_000);
