import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeKeys } from '../../../tests/support/collector.ts';
import { shareStage } from '../../../tests/support/share-stage.ts';
import { openStage, type Stage } from './stage.ts';

const documented = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');

let stage: Stage;
let endpoint: string;

shareStage(openStage, (opened) => {
  stage = opened;
  endpoint = `http://t.shop.localhost:${stage.collector.port}`;
});

interface Mistake {
  readonly name: string;
  /** What is wrong with a tag that would be right otherwise; null takes an attribute away. */
  readonly tag?: Record<string, string | null>;
  readonly calls?: string;
  readonly policy?: string;
  /** In the console of a page with `data-debug`. */
  readonly says: RegExp;
  /** How docs/errors.md names it. */
  readonly documentedAs: string;
}

const mistakes: Mistake[] = [
  {
    name: 'no write key, since it is spelt otherwise',
    tag: { 'data-write-key': null, 'data-writekey': 'k' },
    says: /^nitka: invalid_option \(data-write-key\)$/,
    documentedAs: 'invalid_option (data-write-key)',
  },
  {
    name: 'an endpoint without http',
    tag: { 'data-endpoint': 't.shop.example' },
    says: /^nitka: invalid_option \(writeKey, endpoint, consent\)$/,
    documentedAs: 'invalid_option (writeKey, …)',
  },
  {
    name: 'a misspelt consent',
    tag: { 'data-consent': 'grnated' },
    says: /^nitka: invalid_option \(writeKey, endpoint, consent\)$/,
    documentedAs: 'invalid_option (writeKey, …)',
  },
  {
    name: 'another write key',
    tag: { 'data-write-key': 'YOUR_WRITE_KEY' },
    says: /^nitka error delivery_held HTTP 401/,
    documentedAs: 'error delivery_held HTTP 401',
  },
  {
    name: 'an endpoint that is the site itself',
    tag: { 'data-endpoint': null },
    says: /^nitka error delivery_held HTTP 404/,
    documentedAs: 'error delivery_held HTTP 404',
  },
  {
    name: 'a policy that forbids the collector',
    policy: "connect-src 'none'",
    says: /^nitka error delivery_failed Failed to fetch/,
    documentedAs: 'error delivery_failed Failed to fetch',
  },
  {
    name: 'a page that has no origin',
    policy: 'sandbox allow-scripts',
    says: /^nitka error delivery_failed Failed to fetch/,
    documentedAs: 'error delivery_failed Failed to fetch',
  },
  {
    name: 'a misspelt plugin',
    tag: { 'data-plugins': 'pageviews' },
    says: /^nitka error plugin_failed http:\S+\/nitka\.pageviews\.js/,
    documentedAs: 'error plugin_failed …/nitka.<name>.js',
  },
  {
    name: 'an event without a name',
    calls: 'nitka.track()',
    says: /^nitka error invalid_call track/,
    documentedAs: 'error invalid_call track',
  },
];

it('a page shows its developer what is in force, each event as it is kept, and what has arrived', async () => {
  stage.site.route(
    '/shown',
    `<!doctype html><title>Shown</title><script>window.nitka = [['track', 'Product Viewed', { sku: 'A-1' }]];</script>
<script src="${stage.site.url('/nitka.js')}" data-debug data-write-key="${writeKeys.browser}" data-endpoint="${endpoint}" data-plugins="" data-flush-interval="30" data-flushat="3"></script>`,
  );
  const context = await stage.context();
  const page = await context.newPage();
  const lines: unknown[][] = [];
  page.on('console', (message) => {
    void Promise.all(message.args().map((each) => each.jsonValue() as unknown)).then((line) =>
      lines.push(line),
    );
  });
  await page.goto(stage.site.url('/shown'));
  await expect.poll(() => lines).toContainEqual(['nitka', 'sent', 1]);
  expect(lines).toEqual([
    // A misspelt attribute stands there beside the default of the right one.
    [
      'nitka',
      'start',
      expect.objectContaining({ writeKey: writeKeys.browser, consent: 'granted', flushAt: 20, flushat: 3 }),
    ],
    [
      'nitka',
      'track',
      expect.objectContaining({ event: 'Product Viewed', properties: { sku: 'A-1' }, type: 'track' }),
    ],
    ['nitka', 'sent', 1],
  ]);
  for (const what of ['start {…}', 'track {…}', 'sent 3']) expect(documented).toContain(`\`${what}`);
  await context.close();
});

describe('a page tells its developer of', () => {
  it.each(mistakes.map((mistake, i) => ({ ...mistake, path: `/mistake-${i}` })))('$name', async (mistake) => {
    const { path, tag = {}, calls = '', policy, says, documentedAs } = mistake;
    const attributes = {
      'data-write-key': writeKeys.browser,
      'data-endpoint': endpoint,
      'data-plugins': '',
      'data-flush-interval': '30',
      ...tag,
    };
    const text = Object.entries(attributes).map(([name, value]) =>
      value === null ? '' : `${name}="${value}"`,
    );
    stage.site.route(path, {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        ...(policy && { 'content-security-policy': policy }),
      },
      body: `<!doctype html><title>Mistake</title><script>window.nitka = [['track', 'kept']];</script>
<script src="${stage.site.url('/nitka.js')}" data-debug ${text.join(' ')}></script><script>${calls}</script>`,
    });
    const context = await stage.context();
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    const told = page.waitForEvent('console', (message) => says.test(message.text()));
    await page.goto(stage.site.url(path));
    // Browsers hide what is only for debugging: who asks for it wants to see it.
    expect((await told).type()).not.toBe('debug');
    expect(faults).toEqual([]);
    expect(documented).toContain(`\`${documentedAs}`);
    await context.close();
  });
});
