import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { browserNames, clearStorage, missingBrowser, openBrowser } from '../support/browsers.ts';
import type { TestBrowser, TestPage } from '../support/browsers.ts';
import { startSite } from '../support/site.ts';
import type { Site } from '../support/site.ts';

/** What the SDK stands on, in each engine: if one of these fails, no test above it means anything. */
describe.each(browserNames)('%s', (name) => {
  const missing = missingBrowser(name);
  describe.skipIf(missing)(missing ?? 'has what the SDK stands on', () => {
    let site: Site;
    let browser: TestBrowser;
    let page: TestPage;
    const received: Array<{ path: string; body: string; cookie: string }> = [];

    beforeAll(async () => {
      site = await startSite({
        '/': '<form method="post" action="/form"><input name="phone"><button>Send</button></form>',
      });
      for (const path of ['/beacon', '/keepalive', '/form', '/leave']) {
        site.route(path, (request, body) => {
          received.push({ path, body: body.toString(), cookie: request.headers.cookie ?? '' });
          return { headers: { 'set-cookie': 'server=1; HttpOnly; Max-Age=1000' }, body: 'thanks' };
        });
      }
      browser = await openBrowser(name);
      page = await browser.open();
      await page.goto(site.url());
    });
    afterAll(async () => {
      await browser.close();
      await site.close();
    });
    // Wherever the test before, or a first try, has ended.
    beforeEach(() => page.goto(site.url()));
    const arrived = (path: string) => expect.poll(() => received.find((r) => r.path === path));

    test('localStorage and IndexedDB outlive a reload, and are wiped on demand', async () => {
      await page.evaluate(writeStorage);
      await page.reload();
      expect(await page.evaluate(readStorage)).toEqual({ local: 'kept', indexed: 'kept' });
      await clearStorage(page, ['indexedDB']);
      expect(await page.evaluate(readStorage)).toEqual({ local: 'kept', indexed: null });
      await clearStorage(page);
      expect(await page.evaluate(readStorage)).toEqual({ local: null, indexed: null });
    });

    test('a cookie of the broadest domain reaches a subdomain, and can be deleted by name', async () => {
      await page.evaluate(() => {
        document.cookie = 'wide=1; domain=shop.localhost; path=/; max-age=1000';
        document.cookie = 'narrow=1; path=/';
      });
      const other = await browser.open();
      await other.goto(site.url('/', 'a.shop.localhost'));
      expect(await other.evaluate('document.cookie')).toBe('wide=1');
      await other.close();
      await page.goto(site.url());
      const wide = (await browser.cookies()).find((cookie) => cookie.name === 'wide');
      expect(wide).toMatchObject({ value: '1', domain: '.shop.localhost', httpOnly: false });
      expect(wide?.expires).toBeGreaterThan(Date.now() / 1000);
      await browser.deleteCookies(['wide']);
      expect(await page.evaluate(() => document.cookie)).toBe('narrow=1');
    });

    test('fetch with keepalive and sendBeacon arrive, and set a cookie that scripts do not see', async () => {
      await page.evaluate(async () => {
        navigator.sendBeacon('/beacon', 'sent by a beacon');
        await fetch('/keepalive', { method: 'POST', keepalive: true, body: 'kept alive' });
      });
      await arrived('/beacon').toMatchObject({ body: 'sent by a beacon' });
      await arrived('/keepalive').toMatchObject({ body: 'kept alive' });
      expect(await page.evaluate(() => document.cookie)).not.toContain('server');
      expect((await browser.cookies()).find((cookie) => cookie.name === 'server')).toMatchObject({
        httpOnly: true,
      });
    });

    test('a beacon sent while the page goes away arrives', async () => {
      await page.evaluate(() => {
        addEventListener('pagehide', () => void navigator.sendBeacon('/leave', 'gone'));
      });
      await page.goto(site.url('/', 'other.localhost'));
      await arrived('/leave').toMatchObject({ body: 'gone' });
    });

    test('typed text is submitted with a form', async () => {
      await page.type('[name=phone]', '+7 901 234-56-78');
      await page.click('button');
      await arrived('/form').toMatchObject({ body: 'phone=%2B7+901+234-56-78' });
      await expect.poll(() => page.url()).toBe(site.url('/form'));
    });

    test('an exception in the page is one in the test', async () => {
      await expect(
        page.evaluate(() => {
          throw new Error('on purpose');
        }),
      ).rejects.toThrow('on purpose');
    });

    test('two browsers share nothing', async () => {
      await browser.deleteCookies();
      const other = await openBrowser(name);
      const there = await other.open();
      await there.goto(site.url());
      await there.evaluate(() => {
        document.cookie = 'mine=1';
      });
      await page.goto(site.url());
      expect(await page.evaluate(() => document.cookie)).toBe('');
      await other.close();
    });
  });
});

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('nitka-test', 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore('kv'));
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(new Error('IndexedDB does not open')));
  });
}

/** A function for the page carries all it calls. */
const writeStorage = `(async (value) => {
  const openDatabase = ${openDatabase.toString()};
  localStorage.setItem('nitka-test', value);
  const database = await openDatabase();
  await new Promise((resolve) => {
    const transaction = database.transaction('kv', 'readwrite');
    transaction.objectStore('kv').put(value, 'key');
    transaction.addEventListener('complete', resolve);
  });
  database.close();
})('kept')`;

const readStorage = `(async () => {
  const openDatabase = ${openDatabase.toString()};
  const database = await openDatabase();
  const indexed = await new Promise((resolve) => {
    const request = database.transaction('kv').objectStore('kv').get('key');
    request.addEventListener('success', () => resolve(request.result ?? null));
  });
  database.close();
  return { local: localStorage.getItem('nitka-test'), indexed };
})()`;
