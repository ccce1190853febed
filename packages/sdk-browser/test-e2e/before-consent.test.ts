import { expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { shareStage } from '../../../tests/support/share-stage.ts';
import { nothing, openStage, traces, visitorId, type Stage } from './stage.ts';

let stage: Stage;

shareStage(openStage, (opened) => (stage = opened));

const open = async (path: string, attributes: string, script?: () => void) => {
  stage.site.route(path, stage.html(attributes));
  const context = await stage.context();
  if (script) await context.addInitScript(script);
  const page = await context.newPage();
  const sent: string[] = [];
  page.on('request', (request) => request.url().includes('/v1/') && sent.push(request.method()));
  await page.goto(stage.site.url(path));
  await page.waitForFunction(() => typeof window.nitka?.ready === 'function');
  return { context, page, sent };
};

const trackAndFlush = (page: Page, event: string): Promise<void> =>
  page.evaluate((name) => {
    window.nitka.track(name);
    return window.nitka.flush();
  }, event);

it('nothing is stored or sent before a choice of purposes, and the choice is in every event after it', async () => {
  const { context, page, sent } = await open('/purposes', 'data-consent="pending"');
  await trackAndFlush(page, 'purposes 1');
  expect([await traces(context, page), sent]).toEqual([nothing, []]);
  await page.evaluate(() => window.nitka.consent('granted', { analytics: true, ads: false }));
  await trackAndFlush(page, 'purposes 2');
  const rows = await stage.rows('purposes %', 2);
  for (const { payload } of rows) {
    expect(JSON.parse(payload)).toMatchObject({
      context: { consent: { status: 'granted', purposes: { analytics: true, ads: false } } },
    });
  }
  await context.close();
});

it('nothing is stored or sent where the browser sends Global Privacy Control, until an explicit grant', async () => {
  const { context, page, sent } = await open('/gpc', 'data-respect-gpc', () => {
    Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true });
  });
  await trackAndFlush(page, 'gpc 1');
  expect([await traces(context, page), sent]).toEqual([nothing, []]);
  await page.evaluate(() => window.nitka.consent('granted'));
  await trackAndFlush(page, 'gpc 2');
  expect((await stage.rows('gpc %', 1)).map(({ event }) => event)).toEqual(['gpc 2']);
  await context.close();
});

it('without cookies events arrive, and nothing is stored on either side', async () => {
  const { context, page } = await open('/cookieless', 'data-consent="cookieless"');
  await trackAndFlush(page, 'cookieless 1');
  expect(await traces(context, page)).toEqual(nothing);
  await page.reload();
  await page.waitForFunction(() => typeof window.nitka?.ready === 'function');
  await trackAndFlush(page, 'cookieless 2');
  expect(await traces(context, page)).toEqual(nothing);
  const rows = await stage.rows('cookieless %', 2);
  expect(new Set(rows.map((row) => row.anonymous_id)).size).toBe(2);
  expect(rows.map((row) => row.server_visitor_id)).toEqual([null, null]);
  await context.close();
});

it('two tabs that meet a new visitor at once send their first events under one id', async () => {
  stage.site.route('/fresh', stage.html());
  const context = await stage.context();
  const tabs = await Promise.all([context.newPage(), context.newPage()]);
  await Promise.all(tabs.map((page) => page.goto(stage.site.url('/fresh'))));
  await Promise.all(
    tabs.map(async (page, i) => {
      await page.waitForFunction(() => typeof window.nitka?.ready === 'function');
      await trackAndFlush(page, `fresh ${i}`);
    }),
  );
  const ids = await Promise.all(tabs.map(visitorId));
  const rows = await stage.rows('fresh %', 2);
  expect(new Set([...ids, ...rows.map((row) => row.anonymous_id)]).size).toBe(1);
  await context.close();
});
