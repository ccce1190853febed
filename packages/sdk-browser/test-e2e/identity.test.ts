import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { openStage, visitorId, type Stage } from './stage.ts';

type Tier = 'cookie' | 'localStorage' | 'indexedDB' | 'server';

const tiers: Tier[] = ['cookie', 'localStorage', 'indexedDB', 'server'];

/** Every way to lose some tiers, but not all. */
const losses = Array.from({ length: 15 }, (_, bits) => tiers.filter((_tier, i) => bits & (1 << i)));

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const cookies = async (context: BrowserContext) => context.cookies();

/** From a page of the site that does not load the script, so that nothing heals while tiers are wiped. */
const wipe = async (context: BrowserContext, page: Page, lost: readonly Tier[]): Promise<void> => {
  await page.goto(stage.site.url('/empty'));
  for (const cookie of await cookies(context)) {
    if (lost.includes(cookie.httpOnly ? 'server' : 'cookie')) {
      await context.clearCookies({ name: cookie.name, domain: cookie.domain });
    }
  }
  await page.evaluate(async (names) => {
    if (names.includes('localStorage')) localStorage.clear();
    if (!names.includes('indexedDB')) return;
    for (const { name } of await indexedDB.databases()) {
      // A page that has just been left may hold it open for a moment: the deletion waits.
      await new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name!);
        request.addEventListener('success', resolve);
        request.addEventListener('error', reject);
      });
    }
  }, lost as string[]);
};

/** What each tier holds. */
const held = async (context: BrowserContext, page: Page): Promise<Record<Tier, unknown>> => {
  const all = await cookies(context);
  const inPage = await page.evaluate(
    () =>
      new Promise<{ local: string | null; database: unknown }>((resolve) => {
        const local = localStorage.getItem('ntk.id');
        const open = indexedDB.open('ntk');
        open.onsuccess = () => {
          const names = open.result.objectStoreNames;
          if (names.length === 0) return resolve({ local, database: undefined });
          const get = open.result.transaction('ntk').objectStore('ntk').get('id');
          get.onsuccess = () => {
            open.result.close();
            resolve({ local, database: get.result as unknown });
          };
        };
      }),
  );
  return {
    cookie: all.find(({ name }) => name === 'ntk')?.value,
    localStorage: inPage.local,
    indexedDB: inPage.database,
    server: all.find(({ httpOnly }) => httpOnly)?.value,
  };
};

describe('the visitor id in a real browser', () => {
  for (const lost of losses) {
    // Side by side: each is a visitor of its own, who mostly waits.
    it.concurrent(`is the same after losing ${lost.join(', ') || 'nothing'}`, async ({ expect }) => {
      const context = await stage.context();
      const page = await context.newPage();
      const name = `lost ${lost.join('+') || 'nothing'} ${randomUUID()}`;
      const visit = async (): Promise<string> => {
        await page.goto(stage.site.url('/'));
        await visitorId(page);
        await page.evaluate((event) => {
          window.nitka.track(event);
          return window.nitka.flush();
        }, name);
        return visitorId(page);
      };
      const first = await visit();
      expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
      await wipe(context, page, lost);
      const second = await visit();
      expect(second).toBe(first);
      await expect
        .poll(() => held(context, page))
        .toEqual({
          cookie: first,
          localStorage: first,
          indexedDB: first,
          server: first,
        });
      const rows = await stage.rows(name, 2);
      expect(rows.map((row) => row.anonymous_id)).toEqual([first, first]);
      await context.close();
    });
  }

  it('is shared by subdomains, through a cookie on the broadest domain', async () => {
    const context = await stage.context();
    stage.site.route('/sub', stage.html());
    const page = await context.newPage();
    await page.goto(stage.site.url('/sub', 'a.shop.localhost'));
    const id = await visitorId(page);
    await page.goto(stage.site.url('/'));
    expect(await visitorId(page)).toBe(id);
    const own = (await cookies(context)).find(({ name }) => name === 'ntk');
    expect(own).toMatchObject({ name: 'ntk', domain: '.shop.localhost', sameSite: 'Lax', path: '/' });
    expect(own!.expires - Date.now() / 1000).toBeGreaterThan(399 * 86_400);
    await context.close();
  });

  it('never shows a third id when a page is left before the id has settled', async () => {
    const context = await stage.context();
    const name = `third id ${randomUUID()}`;
    const track = (where: Page): Promise<void> => where.evaluate((event) => window.nitka.track(event), name);
    const flush = (where: Page): Promise<void> => where.evaluate(() => window.nitka.flush());
    const page = await context.newPage();
    await page.goto(stage.site.url('/'));
    const first = await visitorId(page);
    await track(page);
    await flush(page);
    await wipe(context, page, ['cookie', 'localStorage', 'indexedDB']);
    // The server tier hangs: the page goes while the id is provisional.
    await context.route('**/v1/visitor', () => {});
    await page.goto(stage.site.url('/'));
    await page.waitForFunction(() => typeof window.nitka?.ready === 'function');
    await track(page);
    await page.goto(stage.site.url('/empty'));
    await context.unroute('**/v1/visitor');
    await page.goto(stage.site.url('/'));
    expect(await visitorId(page)).toBe(first);
    await track(page);
    await flush(page);
    const rows = await stage.rows(name, 3);
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map((row) => row.anonymous_id)).size).toBeLessThanOrEqual(2);
    // The provisional row is joined by what the collector saw in its own cookie.
    expect(rows.slice(1).map((row) => row.server_visitor_id)).toEqual([first, first]);
    await context.close();
  });
});
