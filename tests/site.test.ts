import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { launchChromium } from './support/chromium.ts';
import { startSite } from './support/site.ts';
import type { Site } from './support/site.ts';

let browser: Browser;
let site: Site;

beforeAll(async () => {
  [browser, site] = await Promise.all([
    launchChromium(),
    startSite({
      '/': '<title>Лавка</title>',
      '/echo': (request, body) => ({ body: `${request.method} ${request.headers.host} ${body.toString()}` }),
      '/self': new URL(import.meta.url),
    }),
  ]);
});
afterAll(() => Promise.all([browser.close(), site.close()]));

test('hosts below localhost reach the site and share cookies like a domain and its subdomains', async () => {
  const page = await browser.newPage();
  await page.goto(site.url('/', 'a.shop.localhost'));
  expect(await page.title()).toBe('Лавка');
  await page.evaluate(() => {
    document.cookie = 'x=1; domain=shop.localhost';
  });
  await page.goto(site.url());
  expect(await page.evaluate(() => document.cookie)).toBe('x=1');
  await page.close();
});

test('functions and files answer, other paths are not found', async () => {
  const address = `http://127.0.0.1:${site.port}`;
  const echo = await fetch(`${address}/echo`, { method: 'POST', body: 'abc' });
  expect(await echo.text()).toBe(`POST 127.0.0.1:${site.port} abc`);
  expect(await (await fetch(`${address}/self`)).text()).toContain('not found');
  expect((await fetch(`${address}/none`)).status).toBe(404);
});
