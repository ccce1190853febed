import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { shareStage } from '../../../tests/support/share-stage.ts';
import { openSlowLine } from './slow-line.ts';
import { openStage, visitorId, type Row, type Stage } from './stage.ts';

let stage: Stage;

shareStage(openStage, (opened) => (stage = opened));

const trackMany = (page: Page, name: string, count: number): Promise<void> =>
  page.evaluate(
    ([event, n]) => {
      for (let i = 1; i <= n; i++) window.nitka.track(`${event} ${i}`, { i });
    },
    [name, count] as const,
  );

const byText = (a: string, b: string): number => a.localeCompare(b);

const closeTab = async (page: Page): Promise<void> => {
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
};

/** Runs in a page before its scripts: no batch leaves it. */
const sendsNoBatch = (): void => {
  const { fetch } = window;
  window.fetch = (url, init) =>
    typeof url === 'string' && url.endsWith('/v1/batch')
      ? Promise.reject(new TypeError('offline'))
      : fetch(url, init);
  navigator.sendBeacon = () => false;
};

/** Each event once, and the visitor's numbers without a gap or a repeat. */
const expectWhole = (rows: readonly Row[], name: string, count: number): void => {
  const expected = Array.from({ length: count }, (_, i) => `${name} ${i + 1}`).sort(byText);
  expect(rows.map((row) => String(row.event)).sort(byText)).toEqual(expected);
  for (const id of new Set(rows.map((row) => row.anonymous_id))) {
    const numbers = rows.filter((row) => row.anonymous_id === id).map((row) => Number(row.sequence));
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, i) => i + 1));
  }
};

describe('delivery from a real browser to the warehouse', () => {
  it('brings a burst of 520 events', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await trackMany(page, 'burst', 520);
    expectWhole(await stage.rows('burst %', 520), 'burst', 520);
    await context.close();
  });

  it('brings a steady load: an event each 20 milliseconds for two seconds', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await page.evaluate(async () => {
      for (let i = 1; i <= 100; i++) {
        window.nitka.track(`steady ${i}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    expectWhole(await stage.rows('steady %', 100), 'steady', 100);
    await context.close();
  });

  it('brings what was tracked when the page is left at once', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await page.evaluate(() => {
      for (let i = 1; i <= 40; i++) window.nitka.track(`leave ${i}`);
      location.href = '/empty';
    });
    // The page that follows has no tracker: what arrives was sent while leaving.
    expectWhole(await stage.rows('leave %', 40), 'leave', 40);
    await context.close();
  });

  it('brings what was tracked before the tab is closed', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await trackMany(page, 'close', 20);
    await closeTab(page);
    expectWhole(await stage.rows('close %', 20), 'close', 20);
    await context.close();
  });

  it('keeps what was tracked offline for the next page, also of another tab', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await context.setOffline(true);
    await trackMany(page, 'offline', 20);
    await closeTab(page);
    await context.setOffline(false);
    const next = await context.newPage();
    await next.goto(stage.site.url('/next'));
    expectWhole(await stage.rows('offline %', 20), 'offline', 20);
    await next.waitForFunction(() => Object.keys(localStorage).every((key) => !key.startsWith('ntk.q.')));
    await context.close();
  });

  it('keeps what was tracked before the tab crashes, for the next page', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    const crashed = page.waitForEvent('crash');
    await context.route('**/v1/**', (route) => route.abort());
    const debug = await context.newCDPSession(page);
    await trackMany(page, 'crash', 30);
    // The renderer is gone before it can say anything more.
    void debug.send('Page.crash').catch(() => {});
    await crashed;
    await page.close();
    await context.unroute('**/v1/**');
    const next = await context.newPage();
    await next.goto(stage.site.url('/next'));
    // A crash between the count and its use leaves a gap in the numbers, never a number twice.
    const rows = await stage.rows('crash %', 30);
    expect(new Set(rows.map((row) => row.event)).size).toBe(30);
    expect(new Set(rows.map((row) => Number(row.sequence))).size).toBe(30);
    expect(rows).toHaveLength(30);
    await context.close();
  });

  it.each([
    ['one tab alone, of three that open at once', true],
    ['three tabs that open at once, where there are no locks', false],
  ])('has the leftovers of a closed tab sent by %s', async (_, hasLocks) => {
    const name = hasLocks ? 'leftover' : 'unlocked';
    const context = await stage.context();
    if (!hasLocks) await context.addInitScript('delete Navigator.prototype.locks');
    const page = await context.newPage();
    // The emulation of a lost network ends with the tab, and what the tab sends as it closes may then get through.
    await page.addInitScript(sendsNoBatch);
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await trackMany(page, name, 40);
    await closeTab(page);
    const sent: string[] = [];
    context.on('request', (request) => {
      if (!request.url().endsWith('/v1/batch') || request.method() !== 'POST') return;
      const { batch } = JSON.parse(request.postData() ?? '{}') as { batch: { event: string }[] };
      sent.push(...batch.map(({ event }) => event));
    });
    const tabs = await Promise.all([1, 2, 3].map(() => context.newPage()));
    await Promise.all(tabs.map((tab) => tab.goto(stage.site.url('/'))));
    expectWhole(await stage.rows(`${name} %`, 40), name, 40);
    await Promise.all(tabs.map((tab) => tab.evaluate(() => window.nitka.flush())));
    expect(new Set(sent).size).toBe(40);
    if (hasLocks) expect(sent).toHaveLength(40);
    await context.close();
  });

  it('goes on by itself when the network is back', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await context.setOffline(true);
    await trackMany(page, 'online', 25);
    await page.waitForTimeout(300);
    await context.setOffline(false);
    expectWhole(await stage.rows('online %', 25), 'online', 25);
    await context.close();
  });

  it('gets a backlog over a line on which a full batch takes longer than a request may', async () => {
    const line = await openSlowLine(stage.collector.port, 2500);
    const context = await stage.context();
    const page = await context.newPage();
    stage.site.route('/slow', stage.html().replace(`:${stage.collector.port}`, `:${line.port}`));
    await page.goto(stage.site.url('/slow'));
    await visitorId(page);
    let failures = 0;
    page.on('requestfailed', () => failures++);
    await trackMany(page, 'slow', 60);
    expectWhole(await stage.rows('slow %', 60), 'slow', 60);
    expect(failures).toBeGreaterThan(0);
    await context.close();
    await line.close();
  });

  it('sends what waits out a failure as soon as the visitor looks at the page again', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    let isDown = true;
    await context.route('**/v1/batch', (route) => (isDown ? route.abort() : route.continue()));
    await page.addInitScript('Math.random = () => 0.999999');
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await trackMany(page, 'seen', 20);
    // Six failures: the next attempt is 32 seconds away.
    const failed = async (): Promise<unknown> => page.waitForEvent('requestfailed');
    await failed();
    for (let n = 0; n < 5; n++) {
      // For a moment what failed counts as on its way.
      await page.waitForTimeout(100);
      await Promise.all([failed(), page.evaluate(() => window.nitka.flush())]);
    }
    await page.waitForTimeout(100);
    isDown = false;
    const start = Date.now();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.waitForFunction(() => Object.keys(localStorage).every((key) => !key.startsWith('ntk.q.')));
    expect(Date.now() - start).toBeLessThan(25_000);
    expectWhole(await stage.rows('seen %', 20), 'seen', 20);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  });

  it('waits out a collector that asks for patience', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    let refusals = 0;
    await context.route('**/v1/batch', async (route) => {
      if (++refusals > 2) return route.continue();
      await route.fulfill({
        status: 503,
        headers: {
          'retry-after': '1',
          'access-control-allow-origin': new URL(stage.site.url()).origin,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': 'retry-after',
        },
        json: { code: 'overloaded', message: 'busy' },
      });
    });
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await trackMany(page, 'patience', 20);
    expectWhole(await stage.rows('patience %', 20), 'patience', 20);
    expect(refusals).toBeGreaterThan(2);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  });

  it('survives connections that break after the collector has taken the events', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    let requests = 0;
    await context.route('**/v1/batch', async (route) => {
      if (requests++ % 3) return route.continue();
      await route.fetch({ url: `${stage.collector.url}/v1/batch` });
      await route.abort('connectionreset');
    });
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await trackMany(page, 'reset', 30);
    await page.waitForFunction(() => Object.keys(localStorage).every((key) => !key.startsWith('ntk.q.')));
    expectWhole(await stage.rows('reset %', 30), 'reset', 30);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  });

  it('brings the events of a collector that was killed and came back', async () => {
    const context = await stage.context();
    const page = await context.newPage();
    await page.goto(stage.site.url('/'));
    await visitorId(page);
    await stage.collector.kill('SIGKILL');
    await trackMany(page, 'killed', 60);
    await page.waitForTimeout(200);
    await stage.collector.restart();
    await page.evaluate(() => window.nitka.flush());
    expectWhole(await stage.rows('killed %', 60), 'killed', 60);
    await context.close();
  });

  it('shares one queue and one count among tabs that track at the same time', async () => {
    const context = await stage.context();
    const tabs = await Promise.all([context.newPage(), context.newPage()]);
    await Promise.all(tabs.map((page) => page.goto(stage.site.url('/'))));
    await tabs[0].evaluate(() => window.nitka.track('tabs 1'));
    const ids = await Promise.all(tabs.map(visitorId));
    expect(new Set(ids).size).toBe(1);
    await Promise.all(
      tabs.map((page, tab) =>
        page.evaluate(async (first) => {
          for (let i = first; i <= 100; i += 2) {
            window.nitka.track(`tabs ${i}`);
            if (i % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
          }
        }, 3 - tab),
      ),
    );
    const rows = await stage.rows('tabs %', 100);
    expectWhole(rows, 'tabs', 100);
    expect(new Set(rows.map((row) => row.session_id)).size).toBe(1);
    await context.close();
  });

  // A new stage would have nothing to show: no second try.
  it('has left nothing in the warehouse twice, at the end of it all', { retry: 0 }, async () => {
    // What still waits anywhere had its time: the same events would be here a second time by now.
    const twice = await stage.collector.query(
      'SELECT event, count(*) AS count FROM raw_events GROUP BY event, message_id HAVING count(*) > 1',
    );
    expect(twice).toEqual([]);
    const names = await stage.collector.query(
      "SELECT event FROM raw_events WHERE type = 'track' GROUP BY event HAVING count(*) > 1",
    );
    expect(names).toEqual([]);
  });
});
