import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import type { Bench } from './live-page.ts';
import { startBench } from './live-page.ts';
import type { Received } from './stage.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const names = (received: Received[]) => received.map(({ type, event }) => event ?? type);
const views = (received: Received[]) =>
  received
    .filter(({ type }) => type === 'page')
    .map(({ properties }) => [properties!['path'], properties!['title']]);

describe('pageViews', () => {
  test('an app with the Navigation API: titles that come late, redirects, back, the same address again', async () => {
    const { page, received, faults, context } = await bench.open('', {
      'page-views': 'pageViews({ settle: 300 })',
    });
    await page.waitForTimeout(50);
    await page.evaluate(`(async () => {
      const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      history.pushState(null, '', '/goods'); await pause(50); document.title = 'Goods'; await pause(50);
      history.replaceState(null, '', '/goods?sort=price'); history.replaceState(null, '', '/goods?sort=price');
      history.pushState(null, '', '/old'); history.replaceState(null, '', '/new'); document.title = 'New'; await pause(50);
      { const back = new Promise((resolve) => addEventListener('popstate', resolve, { once: true })); history.back(); await back; } document.title = 'Goods'; await pause(50);
    })()`);
    const all = await received();
    expect(await page.evaluate("typeof navigation + Object.hasOwn(history, 'pushState')")).toBe(
      'objectfalse',
    );
    expect(views(all).slice(1)).toEqual([
      ['/goods', 'Goods'],
      ['/new', 'New'],
      ['/goods', 'Goods'],
    ]);
    expect(
      all.filter(({ event }) => event === 'Page Left').map(({ context: { page } = {} }) => page!['path']),
    ).toEqual([expect.stringContaining('/case-'), '/goods', '/new']);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('a page left by navigation is told of once, with the time that it was looked at', async () => {
    const { page, received, context } = await bench.open(
      '',
      { 'page-views': 'pageViews()' },
      { path: '/first' },
    );
    await page.waitForTimeout(300);
    await page.goto(bench.site.url('/first?again'));
    const all = await received();
    expect(names(all)).toEqual(['page', 'Page Left', 'page']);
    const { engagementTime } = all[1]!.properties as { engagementTime: number };
    expect(engagementTime).toBeGreaterThan(200);
    await context.close();
  });
});

test('clicks: the middle button and a click that leaves the page arrive', async () => {
  const { page, received, faults, context } = await bench.open(
    '<a id="o" href="https://partner.example/x?phone=1">Out</a><a id="f" href="/sdk/a.pdf" download><b>File</b></a><button data-nitka-event="Chosen" data-nitka-prop-plan="pro">Choose</button><a id="go" data-nitka-event="Gone" href="/elsewhere">Go</a>',
    { clicks: 'clicks()' },
    { path: '/clicks' },
  );
  await page.route('https://partner.example/**', (route) => route.abort());
  await page.locator('#o').click({ button: 'middle' });
  await page.locator('b').click();
  await page.locator('button').focus();
  await page.keyboard.press('Enter');
  bench.site.route('/elsewhere', '<h1>Elsewhere</h1>');
  await page.locator('#go').click();
  await page.waitForURL('**/elsewhere');
  await page.goto(bench.site.url('/clicks'));
  const all = await received();
  expect(all.map(({ event, properties }) => [event, properties])).toEqual([
    ['Outbound Link Clicked', { url: 'https://partner.example/x', host: 'partner.example', text: 'Out' }],
    ['File Downloaded', { url: bench.site.url('/sdk/a.pdf'), extension: 'pdf', text: 'File' }],
    ['Chosen', { plan: 'pro' }],
    ['Gone', {}],
  ]);
  expect(faults).toEqual([]);
  await context.close();
});

test('scroll: a long page, to its end', async () => {
  const { page, received, context } = await bench.open('<div style="height: 5000px"></div>', {
    scroll: 'scroll()',
  });
  const depths = async () => (await received()).map(({ properties }) => properties!['depth']);
  await page.mouse.wheel(0, 2200);
  await expect.poll(depths).toContain(50);
  await page.evaluate('scrollTo(0, 99999)');
  await expect.poll(depths).toContain(100);
  // A wheel turns in steps: a slow machine may rest on its way.
  expect([
    [50, 100],
    [25, 50, 100],
  ]).toContainEqual(await depths());
  await context.close();
});

test('errors: thrown, rejected, and hidden by another origin', async () => {
  const { page, received, context } = await bench.open('<h1>x</h1>', { errors: 'errors()' });
  bench.site.route('/throws.js', "setTimeout(() => { throw new Error('of a stranger') })");
  await page.evaluate(`
    setTimeout(() => { throw new TypeError('call ann@mail.example.ru') });
    Promise.reject(new Error('no answer'));
    { const script = document.createElement('script'); script.src = '${bench.site.url('/throws.js', 'cdn.localhost')}'; document.body.append(script); }
  `);
  await expect.poll(async () => (await received()).length).toBe(3);
  const told = (await received()).map(({ properties }) => properties!);
  expect(told).toHaveLength(3);
  expect(
    told.map(({ kind, name, message, crossOrigin }) => [kind, name, message, crossOrigin]).sort(),
  ).toEqual([
    ['error', undefined, 'Script error.', true],
    ['error', 'TypeError', 'call <email>', undefined],
    ['rejection', 'Error', 'no answer', undefined],
  ]);
  await context.close();
});

/** Until the browser has told of one, and the page has heard it. */
const measured = (page: Page, type: string): Promise<void> =>
  page.evaluate(
    (entryType) =>
      new Promise((resolve) => {
        // The library takes an entry when the page is idle.
        const heard = () => requestIdleCallback(() => setTimeout(resolve, 50));
        new PerformanceObserver(heard).observe({ type: entryType, buffered: true });
      }),
    type,
  );

test.each([
  ['web-vitals', 'webVitals()'],
  ['web-vitals-attribution', 'webVitalsAttribution()'],
])('%s: figures of the page that was left arrive with it', async (file, call) => {
  const path = `/vitals-${file}`;
  const { page, received, context } = await bench.open(
    '<h1 id="title">Title</h1><button>Press</button>',
    { [file]: call },
    { path },
  );
  await measured(page, 'largest-contentful-paint');
  await page.locator('button').click();
  await measured(page, 'first-input');
  bench.site.route('/elsewhere', '<h1>Elsewhere</h1>');
  await page.goto(bench.site.url('/elsewhere'));
  await page.goto(bench.site.url(path));
  const [vitals] = await received();
  expect(vitals).toMatchObject({
    event: 'Web Vitals',
    properties: {
      LCP: expect.any(Number),
      FCP: expect.any(Number),
      TTFB: expect.any(Number),
      CLS: 0,
      INP: expect.any(Number),
      LCPRating: expect.stringMatching(/^(good|needs-improvement|poor)$/),
    },
  });
  const { LCPAttribution } = vitals!.properties as { LCPAttribution?: { target?: string } };
  expect(LCPAttribution?.target).toBe(file === 'web-vitals' ? undefined : '#title');
  await context.close();
});

test('mirror: the snippets of gtag and Metrika as they are, calls before and after', async () => {
  const head = `<script>
    window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); }
    gtag('js', new Date()); gtag('event', 'early', { n: 1 });
    (function (m, i) { m[i] = m[i] || function () { (m[i].a = m[i].a || []).push(arguments); }; m[i].l = 1 * new Date(); })(window, 'ym');
    ym(1, 'init', {}); ym(1, 'reachGoal', 'goal early');
  </script>`;
  const { page, received, faults, context } = await bench.open('', { mirror: 'mirror()' }, { head });
  await page.evaluate(
    "gtag('event', 'late'); ym(1, 'reachGoal', 'goal late'); window.ym = () => 'real'; ym(1, 'reachGoal', 'goal real')",
  );
  const all = await received();
  expect(names(all).sort()).toEqual(['early', 'goal early', 'goal late', 'goal real', 'late']);
  expect(faults).toEqual([]);
  await context.close();
});

test('forms: what was begun and left is told with the names of the fields, by the page that is left', async () => {
  const path = '/left';
  const { page, received, context } = await bench.open(
    '<form id="lead"><input name="city"><input type="tel" name="phone"><button>Send</button></form>',
    { forms: 'forms({ abandonment: true })' },
    { path },
  );
  await page.locator('[name=city]').pressSequentially('Ufa');
  await page.locator('[name=phone]').pressSequentially('+7999');
  bench.site.route('/away', '<h1>Away</h1>');
  await page.goto(bench.site.url('/away'));
  await page.goto(bench.site.url(path));
  const all = await received();
  expect(all.map(({ event, properties }) => [event, properties])).toEqual([
    ['Form Abandoned', { formId: 'lead', fields: ['city', 'phone'], lastField: 'phone' }],
  ]);
  await context.close();
});

test('campaign and externalIds: how the visitor came, and whom others take them for, in every event', async () => {
  const path = '/landing';
  const { page, received, context } = await bench.open(
    '',
    { campaign: 'campaign()', 'external-ids': 'externalIds()' },
    { path, head: "<script>document.cookie = '_ym_uid=17000000001234567890'</script>" },
  );
  await page.goto(bench.site.url(`${path}?utm_source=yandex&yclid=12345678901234567890`));
  await page.waitForFunction('window.tracker');
  await page.evaluate("tracker.track('Landed')");
  await page.goto(bench.site.url(path));
  await page.waitForFunction('window.tracker');
  await page.evaluate("tracker.track('Went On')");
  const [landed, wentOn] = (await received()).filter(({ event }) => event);
  const touch = {
    campaign: { source: 'yandex' },
    clickIds: { yclid: '12345678901234567890' },
    landingPage: bench.site.url(path),
  };
  expect([landed!.event, wentOn!.event]).toEqual(['Landed', 'Went On']);
  expect(landed!.context).toMatchObject({
    campaign: { source: 'yandex' },
    touch: { last: touch },
    externalIds: { _ym_uid: '17000000001234567890' },
  });
  expect(wentOn!.context).toMatchObject({
    touch: { last: touch },
    externalIds: { _ym_uid: '17000000001234567890' },
  });
  expect(wentOn!.context).not.toHaveProperty('campaign');
  await context.close();
});
