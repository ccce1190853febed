import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../tests/support/chromium.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const script = readFileSync(new URL('../dist/nitka.js', import.meta.url), 'utf8');

interface Sent {
  event?: string;
  anonymousId: string;
  context: { sessionId: string };
}

/** Sites by https, answered in place of the network: by host and path. */
const open = async (
  pages: Record<string, string>,
): Promise<{ context: BrowserContext; page: Page; sent: Sent[] }> => {
  const context = await browser.newContext();
  const sent: Sent[] = [];
  await context.route('https://**/*', async (route) => {
    const { host, pathname } = new URL(route.request().url());
    const json = { contentType: 'application/json', headers: { 'access-control-allow-origin': '*' } };
    if (pathname === '/nitka.js') await route.fulfill({ contentType: 'text/javascript', body: script });
    else if (pathname === '/t/v1/batch') {
      sent.push(...(JSON.parse(route.request().postData()!) as { batch: Sent[] }).batch);
      await route.fulfill({ ...json, body: '{"success":true}' });
    } else if (pathname === '/t/v1/visitor') await route.fulfill({ ...json, body: '{"success":true}' });
    else if (pages[host + pathname]) {
      await route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><title>${host}</title>${pages[host + pathname]}`,
      });
    } else await route.fulfill({ status: 404 });
  });
  return { context, page: await context.newPage(), sent };
};

/** The collector is a path of the page's own host. */
const tag = (host: string, attributes = '') =>
  `<script src="/nitka.js" data-write-key="k" data-endpoint="https://${host}/t" data-plugins="" data-flush-interval="30" ${attributes}></script>`;

const track = (where: Page | Frame, event: string): Promise<string> =>
  where.evaluate(async (name) => {
    window.nitka.track(name);
    const id = await window.nitka.ready();
    await window.nitka.flush();
    return id;
  }, event);

describe('by https', () => {
  it('the cookies are Secure, and the visitor id is shared by subdomains', async () => {
    const { context, page } = await open({ 'a.shop.example/': tag('a.shop.example') });
    await page.goto('https://a.shop.example/');
    const id = await track(page, 'one');
    const cookies = await context.cookies();
    expect(cookies.sort((one, other) => one.name.localeCompare(other.name))).toMatchObject([
      { name: 'ntk', value: id, domain: '.shop.example', secure: true, sameSite: 'Lax' },
      { name: 'ntk_s', domain: 'a.shop.example', secure: true },
    ]);
    await context.close();
  });

  it('a name with the prefix __Host- keeps the cookie to the host, where no subdomain can plant one', async () => {
    const { context, page } = await open({
      'shop.example/': tag('shop.example', 'data-cookie-name="__Host-v"'),
    });
    await page.goto('https://shop.example/');
    const id = await track(page, 'one');
    expect(await context.cookies()).toContainEqual(
      expect.objectContaining({ name: '__Host-v', value: id, domain: 'shop.example', secure: true }),
    );
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    expect(await track(page, 'two')).toBe(id);
    await context.close();
  });
});

it('an endpoint by http on a page by https is told of, and its events wait', async () => {
  const { context, page } = await open({
    'shop.example/': tag('shop.example', 'data-debug').replace(
      'https://shop.example/t',
      'http://t.shop.example',
    ),
  });
  const told = page.waitForEvent('console', (message) => message.text().startsWith('nitka error'));
  await page.goto('https://shop.example/');
  await page.evaluate(() => window.nitka.track('kept'));
  expect((await told).text()).toBe('nitka error delivery_failed Failed to fetch');
  expect(await page.evaluate(() => Object.values(localStorage).join())).toContain('"event":"kept"');
  await context.close();
});

describe('in a frame', () => {
  it.each([
    ['of the same site the visitor and the session are those of the page', 'pay.shop.example', true],
    ['of another site events arrive, under an id of their own', 'partner.test', false],
  ])('%s', async (_, host, isSame) => {
    const { context, page, sent } = await open({
      'www.shop.example/': `${tag('www.shop.example')}<iframe src="https://${host}/"></iframe>`,
      [`${host}/`]: tag(host),
    });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto('https://www.shop.example/');
    const id = await track(page, 'page');
    const frame = page.frames()[1]!;
    // The frame may have begun in the same moment: a later visit has the one id.
    await track(frame, 'frame');
    await page.reload();
    expect(await track(page, 'page again')).toBe(id);
    const inFrame = await track(page.frames()[1]!, 'frame again');
    expect(inFrame === id).toBe(isSame);
    expect(sent.map(({ event }) => event).sort()).toEqual(['frame', 'frame again', 'page', 'page again']);
    expect(faults).toEqual([]);
    await context.close();
  });
});
