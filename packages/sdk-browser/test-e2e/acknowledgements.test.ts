import type { BrowserContext } from 'playwright-core';
import { expect, it } from 'vitest';
import { shareStage } from '../../../tests/support/share-stage.ts';
import { openStage, visitorId, type Stage } from './stage.ts';

let stage: Stage;

shareStage(openStage, (opened) => (stage = opened));

/** The names of the events of each batch that a page of the context sends. */
const watchBatches = (context: BrowserContext): string[][] => {
  const batches: string[][] = [];
  context.on('request', (request) => {
    if (!request.url().endsWith('/v1/batch') || request.method() !== 'POST') return;
    const body = JSON.parse(request.postData() ?? '{}') as { batch?: { event?: string }[] };
    batches.push((body.batch ?? []).map(({ event }) => event ?? ''));
  });
  return batches;
};

it('what arrived while the page was left is not sent again by the next page', async () => {
  const context = await stage.context();
  const page = await context.newPage();
  await page.goto(stage.site.url('/'));
  await visitorId(page);
  await page.evaluate(() => {
    for (let i = 1; i <= 60; i++) window.nitka.track(`ack ${i}`, { text: 'x'.repeat(300) });
    location.href = '/empty';
  });
  await stage.rows('ack %', 60);
  // The collector has answered; the browser may be later than the warehouse.
  const noted = await page.evaluate(() =>
    Object.keys(localStorage).flatMap((key) => (key.startsWith('ntk.a.') ? key.split('/').slice(-1) : [])),
  );
  expect(noted).not.toEqual([]);
  const acknowledgements = async () =>
    (await context.cookies()).filter(({ name }) => name.startsWith('vid_a'));
  await expect
    .poll(async () => (await acknowledgements()).map(({ value }) => value).join())
    .toSatisfy((values: string) => noted.every((name) => values.includes(name)));
  const [acknowledged] = await acknowledgements();
  expect(acknowledged?.domain).toBe('.shop.localhost');
  expect(acknowledged!.expires - Date.now() / 1000).toBeLessThanOrEqual(61);
  const batches = watchBatches(context);
  await page.goto(stage.site.url('/next'));
  await visitorId(page);
  await page.evaluate(async () => {
    window.nitka.track('ack after');
    await window.nitka.flush();
  });
  expect(batches).toEqual([['ack after']]);
  const left = await page.evaluate(() => Object.keys(localStorage).filter((key) => /^ntk\.[aq]\./.test(key)));
  expect(left).toEqual([]);
  await context.close();
});

it('where the cookie cannot be read, everything is sent again and is in the warehouse once', async () => {
  const context = await stage.context();
  const page = await context.newPage();
  await page.goto(stage.site.url('/'));
  await visitorId(page);
  await page.evaluate(() => {
    for (let i = 1; i <= 10; i++) window.nitka.track(`blocked ${i}`);
    location.href = '/empty';
  });
  await stage.rows('blocked %', 10);
  // The answer that the warehouse has overtaken must not bring it back.
  await expect
    .poll(async () => (await context.cookies()).map(({ name }) => name))
    .toContainEqual(expect.stringMatching(/^vid_a/));
  await context.clearCookies({ name: /^vid_a/ });
  const batches = watchBatches(context);
  await page.goto(stage.site.url('/next'));
  await visitorId(page);
  await page.evaluate(() => window.nitka.flush());
  expect(batches.flat()).toHaveLength(10);
  expect(await stage.rows('blocked %', 10)).toHaveLength(10);
  await context.close();
});
