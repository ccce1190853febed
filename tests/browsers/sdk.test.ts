import { describe, expect, test } from 'vitest';
import { browserNames, clearStorage, missingBrowser } from '../support/browsers.ts';
import type { TestPage } from '../support/browsers.ts';
import { shareStage } from '../support/share-stage.ts';
import { expectWhole, noTraces, openStage, traces, visit, withBrowser } from './stage.ts';
import type { Stage, Tracked } from './stage.ts';

const trackMany = (page: TestPage, name: string, count: number): Promise<void> =>
  page.evaluate(
    (event: string, last: number) => {
      for (let i = 1; i <= last; i++) (window as unknown as Tracked).nitka.track(`${event} ${i}`, { i });
    },
    name,
    count,
  );

const ready = (page: TestPage): Promise<string> =>
  page.evaluate(() => (window as unknown as Tracked).nitka.ready());
const flush = (page: TestPage): Promise<void> =>
  page.evaluate(() => (window as unknown as Tracked).nitka.flush());

type Tier = 'cookie' | 'localStorage' | 'indexedDB' | 'server';
const tiers: Tier[] = ['cookie', 'localStorage', 'indexedDB', 'server'];
/** Every way to lose some tiers, but not all. */
const losses = Array.from({ length: 14 }, (_, i) => tiers.filter((_tier, bit) => (i + 1) & (1 << bit)));

/** The built script, from the page to the warehouse, in every engine. */
describe.each(browserNames)('the tracker in %s', (name) => {
  const missing = missingBrowser(name);
  describe.skipIf(missing)(missing ?? 'keeps its promises', () => {
    let stage: Stage;
    shareStage(openStage, (opened) => (stage = opened));

    test('brings a burst, and what was tracked when the page is left at once or its tab closed', () =>
      withBrowser(name, async (browser, page) => {
        await visit(page, stage.site.url());
        await ready(page);
        await trackMany(page, 'burst', 120);
        expectWhole(await stage.rows('burst %', 120), 'burst', 120);

        await page.evaluate(() => {
          for (let i = 1; i <= 40; i++) (window as unknown as Tracked).nitka.track(`leave ${i}`);
          location.href = '/empty';
        });
        expectWhole(await stage.rows('leave %', 40), 'leave', 40);

        await visit(page, stage.site.url());
        const other = await browser.open();
        await other.goto(stage.site.url('/empty'));
        await trackMany(page, 'close', 20);
        await page.close();
        // A page that is killed says nothing more; what it stored is sent by the next one.
        await visit(other, stage.site.url());
        expectWhole(await stage.rows('close %', 20), 'close', 20);
      }));

    test('keeps what a killed collector does not take, for the next page', () =>
      withBrowser(name, async (_browser, page) => {
        await visit(page, stage.site.url());
        await ready(page);
        await stage.collector.kill('SIGKILL');
        await trackMany(page, 'outage', 60);
        await flush(page);
        await page.goto(stage.site.url('/empty'));
        await stage.collector.restart();
        await visit(page, stage.site.url());
        expectWhole(await stage.rows('outage %', 60), 'outage', 60);
      }));

    test('shares id, session and numbers among tabs', () =>
      withBrowser(name, async (browser, page) => {
        const other = await browser.open();
        await visit(page, stage.site.url());
        await visit(other, stage.site.url());
        expect(await ready(other)).toBe(await ready(page));
        // The session exists before both go on: tabs of one instant may begin one each.
        await trackMany(page, 'tabs', 1);
        await flush(page);
        const half = (tab: TestPage, first: number) =>
          tab.evaluate(async (from: number) => {
            for (let i = from; i <= 60; i += 2) {
              (window as unknown as Tracked).nitka.track(`tabs ${i}`);
              if (i % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
            }
          }, first);
        await Promise.all([half(page, 3), half(other, 2)]);
        await Promise.all([flush(page), flush(other)]);
        const rows = await stage.rows('tabs %', 60);
        expectWhole(rows, 'tabs', 60);
        expect(new Set(rows.map((row) => row.session_id)).size).toBe(1);
      }));

    test('keeps the id after every loss of tiers but of all', () =>
      withBrowser(name, async (browser, page) => {
        await visit(page, stage.site.url());
        const id = await ready(page);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
        await page.evaluate(() => {
          (window as unknown as Tracked).nitka.track('first');
          return (window as unknown as Tracked).nitka.flush();
        });
        for (const lost of losses) {
          // A page without the script, so that nothing heals while tiers are wiped.
          await page.goto(stage.site.url('/empty', 't.shop.localhost'));
          const all = await browser.cookies();
          const gone = all.filter((cookie) => lost.includes(cookie.httpOnly ? 'server' : 'cookie'));
          await browser.deleteCookies(gone.map((cookie) => cookie.name));
          await page.goto(stage.site.url('/empty'));
          await clearStorage(
            page,
            (['localStorage', 'indexedDB'] as const).filter((tier) => lost.includes(tier)),
          );
          await visit(page, stage.site.url());
          expect(await ready(page), `lost ${lost.join(', ')}`).toBe(id);
          await page.evaluate(() => {
            (window as unknown as Tracked).nitka.track('again');
            return (window as unknown as Tracked).nitka.flush();
          });
        }
        const rows = await stage.rows('again', losses.length);
        expect(new Set(rows.map((row) => row.anonymous_id))).toEqual(new Set([id]));
        // The collector's own cookie comes back with the answer to the first batch.
        expect(rows.map((row) => row.server_visitor_id)).toEqual(
          losses.map((lost) => (lost.includes('server') ? null : id)),
        );
      }));

    test('shares the id with a subdomain', () =>
      withBrowser(name, async (_browser, page) => {
        await visit(page, stage.site.url('/', 'a.shop.localhost'));
        const id = await ready(page);
        await visit(page, stage.site.url());
        expect(await ready(page)).toBe(id);
      }));

    test('stores and sends nothing before consent, then what was tracked, and erases everything', () =>
      withBrowser(name, async (browser, page) => {
        const asked: string[] = [];
        for (const path of ['/own/v1/batch', '/own/v1/visitor']) {
          stage.site.route(path, (request) => {
            asked.push(`${request.method} ${path}`);
            return { status: 503, headers: { 'retry-after': '1' }, body: '' };
          });
        }
        stage.site.route(
          '/pending',
          stage
            .html('data-consent="pending"')
            .replace(/data-endpoint="[^"]*"/, `data-endpoint="${stage.site.url('/own')}"`),
        );
        await visit(page, stage.site.url('/pending'));
        await trackMany(page, 'too early', 3);
        await flush(page);
        await page.evaluate(() => dispatchEvent(new Event('pagehide')));
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
        expect(await traces(browser, page)).toEqual(noTraces);
        expect(asked).toEqual([]);

        stage.site.route('/consent', stage.html('data-consent="pending"'));
        await visit(page, stage.site.url('/consent'));
        await trackMany(page, 'consent', 3);
        await page.evaluate(() => {
          (window as unknown as Tracked).nitka.consent('granted');
          return (window as unknown as Tracked).nitka.flush();
        });
        expectWhole(await stage.rows('consent %', 3), 'consent', 3);
        expect(await stage.rows('too early %', 0)).toEqual([]);
        expect((await traces(browser, page)).cookies).not.toEqual([]);

        await page.evaluate(() => (window as unknown as Tracked).nitka.consent('denied'));
        await expect.poll(() => traces(browser, page)).toEqual(noTraces);
        await page.goto(stage.site.url('/empty', 't.shop.localhost'));
        expect(await browser.cookies()).toEqual([]);
      }));

    // Chromium without windows keeps no page; test-e2e/back-forward.test.ts asks it for its reasons.
    test.skipIf(name === 'chromium')('goes on in a page that comes back from the back/forward cache', () =>
      withBrowser(name, async (_browser, page) => {
        stage.site.route(
          '/cached',
          stage
            .html('data-flush-interval="30"', '<a href="/empty">Away</a>')
            .replace('data-plugins=""', 'data-plugins="page-views"')
            .replace(
              '<script',
              '<script>window.shows = []; addEventListener("pageshow", (event) => shows.push(event.persisted));</script>\n<script',
            ),
        );
        await visit(page, stage.site.url('/cached'));
        await ready(page);
        await trackMany(page, 'cached', 3);
        await page.click('a');
        await expect.poll(() => page.url(), { timeout: 20_000 }).toBe(stage.site.url('/empty'));
        await page.evaluate('void setTimeout(() => history.back())');
        await expect
          .poll(() => page.evaluate('window.shows?.join()').catch(() => ''), { timeout: 20_000 })
          .toBe('false,true');
        await page.evaluate(() => (window as unknown as Tracked).nitka.track('cached 4'));
        const rows = await stage.rows('cached %', 4);
        expect(rows.map((row) => row.event).sort()).toEqual(['cached 1', 'cached 2', 'cached 3', 'cached 4']);
        expect(new Set(rows.map((row) => row.session_id)).size).toBe(1);
        const views = await stage.collector.eventually<{ what: string; count: string }>(
          `SELECT coalesce(event, type) AS what, count(*) AS count FROM raw_events
           WHERE (payload->>'$.context.page.path') = '/cached' AND coalesce(event, type) IN ('page', 'Page Left')
           GROUP BY what ORDER BY what`,
          (found) => found.some((row) => Number(row.count) === 2),
        );
        // One for the page as it loaded, one for its return.
        expect(views.map((row) => Number(row.count))).toEqual([1, 2]);
      }),
    );

    test('reads a phone from a submitted form', () =>
      withBrowser(name, async (_browser, page) => {
        const form = '<form action="/empty"><input type="tel" name="phone"><button>Send</button></form>';
        stage.site.route('/form', stage.html('', form).replace('data-plugins=""', 'data-plugins="forms"'));
        await visit(page, stage.site.url('/form'));
        const id = await ready(page);
        await page.type('[name=phone]', '8 (901) 234-56-78');
        await page.click('button');
        const rows = await stage.collector.eventually<{ anonymous_id: string; phone: string }>(
          "SELECT anonymous_id, phone FROM raw_events WHERE phone IS NOT NULL AND type = 'identify'",
          (found) => found.length > 0,
        );
        expect(rows).toEqual([{ anonymous_id: id, phone: '+79012345678' }]);
      }));
  });
});
