import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { shareStage } from '../../../tests/support/share-stage.ts';
import { nothing, openStage, traces, visitorId, type Stage } from './stage.ts';

let stage: Stage;

shareStage(openStage, (opened) => (stage = opened));

const open = async (
  path: string,
  html: string,
): Promise<{ context: BrowserContext; page: Page; sent: string[] }> => {
  stage.site.route(path, html);
  const context = await stage.context();
  const page = await context.newPage();
  const sent: string[] = [];
  page.on('request', (request) => request.url().includes('/v1/') && sent.push(request.method()));
  await page.goto(stage.site.url(path));
  await page.waitForFunction(() => typeof window.nitka?.ready === 'function');
  return { context, page, sent };
};

it.each(['nitka.js', 'nitka.core.js'])(
  '%s starts with the line that lets V8 compile it in one go',
  async (file) => {
    const script = await readFile(new URL(`../dist/${file}`, import.meta.url), 'utf8');
    expect(script).toMatch(/^\/\/# allFunctionsCalledOnLoad\n/);
  },
);

describe('consent in a real browser', () => {
  it('stores and sends nothing while pending, and then what was tracked meanwhile', async () => {
    const { context, page, sent } = await open('/pending', stage.html('data-consent="pending"'));
    await page.evaluate(() => {
      window.nitka.track('consent 1');
      window.nitka.identify('user-1');
      window.nitka.track('consent 2');
      return window.nitka.flush();
    });
    await page.waitForTimeout(300);
    expect(await traces(context, page)).toEqual(nothing);
    expect(sent).toEqual([]);
    await page.evaluate(() => {
      window.nitka.consent('granted');
      return window.nitka.flush();
    });
    const rows = (await stage.rows('consent %', 2)).sort((a, b) => Number(a.sequence) - Number(b.sequence));
    expect(rows.map((row) => row.event)).toEqual(['consent 1', 'consent 2']);
    expect(JSON.parse(rows[1]!.payload)).toMatchObject({ userId: 'user-1' });
    await context.close();
  });

  it('sends nothing of what was tracked before a refusal', async () => {
    const { context, page, sent } = await open('/refused', stage.html('data-consent="pending"'));
    await page.evaluate(() => {
      window.nitka.track('refused 1');
      window.nitka.consent('denied');
      window.nitka.track('refused 2');
      return window.nitka.flush();
    });
    await page.waitForTimeout(300);
    expect(await traces(context, page)).toEqual(nothing);
    expect(sent).toEqual([]);
    await context.close();
  });

  it('erases every tier, the server’s included, when it is taken back', async () => {
    const { context, page } = await open('/taken-back', stage.html('data-consent="pending"'));
    await page.evaluate(() => window.nitka.consent('granted'));
    const first = await visitorId(page);
    await page.evaluate(() => {
      window.nitka.track('taken back');
      return window.nitka.flush();
    });
    const ids = (await context.cookies()).filter(({ name }) => ['ntk', 'vid'].includes(name));
    expect(ids.map(({ value }) => value)).toEqual([first, first]);
    await page.evaluate(() => window.nitka.consent('denied'));
    await expect.poll(() => traces(context, page)).toEqual(nothing);
    await page.reload();
    await page.waitForFunction(() => typeof window.nitka?.ready === 'function');
    await page.evaluate(() => window.nitka.consent('granted'));
    expect(await visitorId(page)).not.toBe(first);
    await context.close();
  });
});

describe('two tabs', () => {
  it('that start at the same moment start one session', async () => {
    const { context, page } = await open('/tabs', stage.html());
    await page.evaluate(() => window.nitka.close());
    const other = await context.newPage();
    await Promise.all([page, other].map((tab) => tab.goto(stage.site.url('/tabs'))));
    await Promise.all([page, other].map(visitorId));
    await Promise.all(
      [page, other].map((tab, i) => tab.evaluate((n) => window.nitka.track(`same moment ${n}`), i)),
    );
    await Promise.all([page, other].map((tab) => tab.evaluate(() => window.nitka.flush())));
    const rows = await stage.rows('same moment %', 2);
    expect(new Set(rows.map((row) => row.session_id)).size).toBe(1);
    await context.close();
  });

  it('obey a refusal in one of them', async () => {
    const { context, page } = await open('/both', stage.html('data-consent="pending"'));
    const other = await context.newPage();
    await other.goto(stage.site.url('/both'));
    await other.waitForFunction(() => typeof window.nitka?.ready === 'function');
    await page.evaluate(() => window.nitka.consent('granted'));
    // The grant has reached the other tab, too; ids made at the same moment give way to the older one.
    await expect.poll(async () => (await visitorId(page)) === (await visitorId(other))).toBe(true);
    await page.evaluate(() => window.nitka.consent('denied'));
    await expect.poll(() => traces(context, page)).toEqual(nothing);
    await other.evaluate(() => {
      window.nitka.track('refused elsewhere');
      return window.nitka.flush();
    });
    expect(await traces(context, other)).toEqual(nothing);
    await context.close();
  });
});

describe('the page', () => {
  it('keeps calls made before the script has loaded, in order, with their own time', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const stub = /```html\n(<script>[^`]*?Date[^`]*?<\/script>)/.exec(readme)![1]!;
    const late = stage.html().replace('async src', 'async data-late src').replace('src="', 'src="/slow');
    stage.site.route('/slow/nitka.js', async () => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return { headers: { 'content-type': 'text/javascript' }, body: script };
    });
    const script = await readFile(new URL('../dist/nitka.js', import.meta.url));
    const early = `<script>
      window.times = [Date.now()];
      nitka.track('early 1', { a: 1 }); nitka.identify('user-2'); nitka.push(['track', 'early 2']);
      window.kept = nitka; times.push(Date.now());
    </script>`;
    const { context, page } = await open('/early', `${stub}${early}${late}`);
    const times = await page.evaluate(async () => {
      const { kept, times: called } = window as unknown as { kept: typeof window.nitka; times: number[] };
      called.push(Date.now());
      kept.track('early 3');
      await window.nitka.flush();
      return called;
    });
    const rows = await stage.rows('early %', 3);
    expect(rows.map((row) => row.event)).toEqual(['early 1', 'early 2', 'early 3']);
    const [first, second, third] = rows.map(
      (row) => JSON.parse(row.payload) as { timestamp: string; userId?: string },
    );
    expect([first!.userId, second!.userId]).toEqual([undefined, 'user-2']);
    const [before, after, ready] = times as [number, number, number];
    expect(Date.parse(first!.timestamp)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(first!.timestamp)).toBeLessThanOrEqual(after);
    expect(ready).toBeGreaterThan(after);
    expect(Date.parse(third!.timestamp)).toBeGreaterThanOrEqual(ready);
    await context.close();
  });

  it('works under a strict Content-Security-Policy and Trusted Types', async () => {
    const endpoint = `http://t.shop.localhost:${stage.collector.port}`;
    stage.site.route('/csp', {
      headers: {
        'content-security-policy': `default-src 'none'; script-src 'self'; connect-src ${endpoint}; require-trusted-types-for 'script'`,
      },
      body: stage.html('data-plugins="page-views,forms,clicks,errors,scroll"'),
    });
    const context = await stage.context();
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(stage.site.url('/csp'));
    await visitorId(page);
    await page.evaluate(() => {
      window.nitka.track('csp');
      return window.nitka.flush();
    });
    expect(await stage.rows('csp', 1)).toHaveLength(1);
    expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([]);
    await context.close();
  });

  it('is not harmed, and still delivers, where everything it uses is broken', async () => {
    const breaking = `<script>
      Object.defineProperty(Document.prototype, 'cookie', { get() { throw new Error('cookie') }, set() { throw new Error('cookie') } });
      Storage.prototype.getItem = Storage.prototype.setItem = Storage.prototype.removeItem = () => { throw new Error('storage') };
      IDBFactory.prototype.open = () => { throw new Error('database') };
      delete Crypto.prototype.randomUUID;
      LockManager.prototype.request = () => { throw new Error('locks') };
      history.pushState = () => { throw new Error('history') };
      window.broken = []; addEventListener('error', (e) => broken.push(e.message)); addEventListener('unhandledrejection', (e) => broken.push(String(e.reason)));
    </script>`;
    const { context, page } = await open('/broken', stage.html('', breaking));
    await page.evaluate(() => {
      window.fetch = () => {
        throw new Error('fetch');
      };
      for (const call of [undefined, null, 7, 'x', {}, []] as never[]) {
        for (const method of [
          'track',
          'page',
          'identify',
          'link',
          'group',
          'alias',
          'reset',
          'consent',
        ] as const) {
          if (method === 'consent' || method === 'reset') continue;
          window.nitka[method](call, call, call);
        }
      }
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      window.nitka.track('circular', circular);
      window.nitka.track('broken 1', { big: 1n as never });
      window.nitka.track('broken 2');
      return window.nitka.flush();
    });
    const rows = await stage.rows('broken %', 1);
    expect(rows.map((row) => row.event)).toEqual(['broken 2']);
    expect(await page.evaluate(() => (window as unknown as { broken: string[] }).broken)).toEqual([]);
    await context.close();
  });
});
