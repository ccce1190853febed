import { expect, it } from 'vitest';
import { shareStage } from '../../../tests/support/share-stage.ts';
import { openStage, visitorId, type Stage } from './stage.ts';

let stage: Stage;

shareStage(openStage, (opened) => (stage = opened));

it('a page on which nothing happens writes nothing and asks nothing', async () => {
  const context = await stage.context();
  const page = await context.newPage();
  await page.addInitScript(() => {
    const writes: string[] = [];
    Object.assign(window, { writes });
    const { setItem, removeItem } = Storage.prototype;
    Storage.prototype.setItem = function (key, value) {
      writes.push(`set ${key}`);
      setItem.call(this, key, value);
    };
    Storage.prototype.removeItem = function (key) {
      writes.push(`remove ${key}`);
      removeItem.call(this, key);
    };
  });
  const requests: string[] = [];
  await page.goto(stage.site.url('/'));
  await visitorId(page);
  await page.evaluate(() => {
    window.nitka.track('idle');
    return window.nitka.flush();
  });
  const writes = () => page.evaluate(() => (window as unknown as { writes: string[] }).writes.splice(0));
  expect(await writes()).not.toEqual([]);
  // What the answer to the batch brought about is done.
  await expect.poll(writes, { interval: 500 }).toEqual([]);
  page.on('request', (request) => requests.push(request.url()));
  await page.waitForTimeout(2500);
  expect(await writes()).toEqual([]);
  expect(requests).toEqual([]);
  await context.close();
});

/** Events that wait in IndexedDB. */
const keptInDatabase = (): Promise<number> =>
  new Promise((resolve) => {
    const open = indexedDB.open('ntk');
    open.onsuccess = () => {
      const keys = open.result.transaction('ntk').objectStore('ntk').getAllKeys();
      keys.onsuccess = () => {
        open.result.close();
        resolve(keys.result.filter((key) => (key as string).startsWith('q.')).length);
      };
    };
  });

it('where the site has filled localStorage to its last byte, its keys stay and the events come by IndexedDB', async () => {
  const context = await stage.context();
  const page = await context.newPage();
  await page.goto(stage.site.url('/empty'));
  const filled = await page.evaluate(() => {
    let kept = 0;
    for (let size = 1 << 22; size >= 1; size >>= 1) {
      try {
        localStorage.setItem(`own${kept}`, 'x'.repeat(size));
        kept++;
        size <<= 1;
      } catch {
        // Half of it, then.
      }
    }
    return kept;
  });
  await context.route('**/v1/batch', (route) => route.abort());
  await page.goto(stage.site.url('/'));
  await visitorId(page);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.evaluate(() => {
    for (let i = 0; i < 30; i++) window.nitka.track('full', { i });
    return window.nitka.flush();
  });
  // IndexedDB is written without blocking the page.
  await expect.poll(() => page.evaluate(keptInDatabase)).toBe(30);
  const own = await page.evaluate(
    () => Object.keys(localStorage).filter((key) => key.startsWith('own')).length,
  );
  expect(own).toBe(filled);
  await page.close();
  await context.unroute('**/v1/batch');
  const next = await context.newPage();
  await next.goto(stage.site.url('/'));
  expect(await stage.rows('full', 30)).toHaveLength(30);
  expect(faults).toEqual([]);
  await context.close();
});
