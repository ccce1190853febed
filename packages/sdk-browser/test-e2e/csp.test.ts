import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../../tests/support/chromium.ts';
import { startSite, type Site } from '../../../tests/support/site.ts';
import type { Tracker } from '../src/api.ts';

declare global {
  interface Window {
    nitka: Tracker;
    violations: string[];
  }
}

const dist = new URL('../dist/', import.meta.url);
const late = ['clicks', 'errors', 'mirror', 'scroll', 'web-vitals'];
const plugins = ['campaign', 'external-ids', 'page-views', 'forms', ...late].join(' ');
const integrityOf = (file: string) =>
  `sha384-${createHash('sha384')
    .update(readFileSync(new URL(file, dist)))
    .digest('base64')}`;

let browser: Browser;
let site: Site;
let sent: { type: string; event?: string; traits?: object }[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  site = await startSite({});
  // The script is served by another host under a name of the site's choice, as by a collector.
  const headers = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' };
  const serve = (path: string, file: string) =>
    site.route(path, { headers, body: readFileSync(new URL(file, dist)) });
  serve('/lib/own.js', 'nitka.js');
  for (const name of late) serve(`/lib/own.${name}.js`, `nitka.${name}.js`);
  const json = { 'content-type': 'application/json' };
  site.route('/t/v1/batch', (_, body) => {
    sent.push(...(JSON.parse(body.toString()) as { batch: typeof sent }).batch);
    return { headers: json, body: '{"success":true}' };
  });
  site.route('/t/v1/visitor', { headers: json, body: '{"success":true}' });
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

const tag = (attributes = '') =>
  `<script async src="${site.url('/lib/own.js', 'cdn.localhost')}" nonce="r4nd0m" data-write-key="k" data-endpoint="${site.url('/t')}" data-flush-interval="30" data-plugins="${plugins}" ${attributes}></script>`;
const watch = `<script nonce="r4nd0m">
  violations = [];
  document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI));
  dataLayer = [{ event: 'told_before' }];
</script>`;

/** Visits a page with that policy, does what visitors do, and gives what its tracker sent and what the browser refused. */
const visit = async (policy: string, head: string) => {
  sent = [];
  site.route('/', {
    headers: { 'content-security-policy': policy, 'content-type': 'text/html' },
    body: `<!doctype html><title>Strict</title>${watch}${head}<a href="https://partner.example/">Out</a><form action="/"><input type="tel" name="phone"><button>Call me</button></form><p style="height:4000px">`,
  });
  const context = await browser.newContext();
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.route('https://partner.example/**', (route) => route.abort());
  const loaded = Promise.all(late.map((name) => page.waitForResponse(`**/lib/own.${name}.js`)));
  await page.goto(site.url());
  const responses = await loaded;
  await expect.poll(() => sent.some(({ event }) => event === 'told_before')).toBe(true);
  await page.click('a', { button: 'middle' });
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect.poll(() => sent.some(({ event }) => event === 'Page Scrolled')).toBe(true);
  await page.evaluate(() => {
    setTimeout(() => void Promise.reject(new Error('of the page')));
  });
  await page.fill('input', '+7 999 555-11-11');
  const violations = await page.evaluate(() => window.violations);
  await page.click('button');
  await page.waitForURL('**/?phone=*');
  violations.push(...(await page.evaluate(() => window.violations)));
  await expect.poll(() => sent.some(({ event }) => event === 'Web Vitals')).toBe(true);
  await page.evaluate(() => window.nitka.flush());
  await context.close();
  return { violations, faults, statuses: new Set(responses.map((response) => response.status())) };
};

describe('a page with a strict policy', () => {
  const rest = () =>
    `connect-src ${site.url('/t/')}; base-uri 'none'; form-action 'self'; style-src-attr 'unsafe-inline'`;
  const trusted = "require-trusted-types-for 'script'; trusted-types 'none'";

  it.each<[string, () => string, () => string]>([
    ['by host', () => `script-src 'nonce-r4nd0m' ${site.url('/lib/', 'cdn.localhost')}`, () => tag()],
    ['by nonce alone', () => "script-src 'nonce-r4nd0m'", () => tag()],
    ["by nonce and 'strict-dynamic'", () => "script-src 'nonce-r4nd0m' 'strict-dynamic'", () => tag()],
    [
      'by nonce, with the integrity of every file',
      () => "script-src 'nonce-r4nd0m'",
      () => {
        const address = (name: string) => site.url(`/lib/own.${name}.js`, 'cdn.localhost');
        const integrity = Object.fromEntries(
          late.map((name) => [address(name), integrityOf(`nitka.${name}.js`)]),
        );
        return `<script type="importmap" nonce="r4nd0m">${JSON.stringify({ integrity })}</script>${tag(`integrity="${integrityOf('nitka.js')}" crossorigin`)}`;
      },
    ],
  ])('allows all of it %s, and Trusted Types without a policy', async (_, scripts, head) => {
    const { violations, faults, statuses } = await visit(
      `default-src 'none'; ${scripts()}; ${rest()}; ${trusted}`,
      head(),
    );
    expect(violations).toEqual([]);
    expect(faults).toEqual(['Error: of the page']);
    expect(statuses).toEqual(new Set([200]));
    expect(new Set(sent.map(({ type, event }) => event ?? type))).toEqual(
      new Set([
        'page',
        'Page Left',
        'identify',
        'told_before',
        'Outbound Link Clicked',
        'Page Scrolled',
        'Error Occurred',
        'Web Vitals',
      ]),
    );
    expect(sent.find(({ type }) => type === 'identify')!.traits).toEqual({ phone: '+79995551111' });
  });
});

it('a file that was changed is not run, and the rest goes on', async () => {
  const address = site.url('/lib/own.scroll.js', 'cdn.localhost');
  const map = JSON.stringify({ integrity: { [address]: integrityOf('nitka.mirror.js') } });
  site.route('/', {
    body: `<!doctype html><title>x</title>${watch}<script type="importmap">${map}</script>${tag('crossorigin data-debug')}`,
  });
  sent = [];
  const page = await browser.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto(site.url());
  await expect.poll(() => said).toContain(`nitka error plugin_failed ${address}`);
  await expect.poll(() => sent.some(({ event }) => event === 'told_before')).toBe(true);
  await page.close();
});

it('a script that was changed is not run at all', async () => {
  site.route('/', {
    body: `<!doctype html><title>x</title>${tag(`integrity="${integrityOf('nitka.core.js')}" crossorigin`)}`,
  });
  const page = await browser.newPage();
  const refused = page.waitForEvent('console', (message) => message.text().includes('integrity'));
  await page.goto(site.url());
  await refused;
  expect(await page.evaluate(() => typeof window.nitka)).toBe('undefined');
  await page.close();
});
