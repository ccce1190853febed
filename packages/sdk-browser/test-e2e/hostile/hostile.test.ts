import { describe, expect, it } from 'vitest';
import { shareStage } from '../../../../tests/support/share-stage.ts';
import { openStage, type Stage } from '../stage.ts';
import { writeKeys } from '../../../../tests/support/collector.ts';
import { hostilePages, type HostilePage } from './cases.ts';

let stage: Stage;

const late = ['clicks', 'errors', 'mirror', 'scroll', 'web-vitals'];

shareStage(openStage, (opened) => (stage = opened));

const properties = {
  list: ['a', 'б', 'c'],
  n: 1.5,
  yes: true,
  none: null,
  deep: { list: [{ x: [1, 2] }], text: '"' },
};

/** A page that does all it can to spoil what the tracker stands on; the page itself goes on. */
const html = ({ before = '', after = '', body = '', isTried }: HostilePage, version: string): string => {
  const tracks = (name: string) =>
    `<script>nitka.track('${name}', { list: ['a', 'б', 'c'], n: 1.5, yes: true, none: null, deep: { list: [{ x: [1, 2] }], text: '"' } });</script>`;
  // The longest back-off: no second attempt is under way when the page is left.
  const backOff = isTried ? '<script>Math.random = () => 0.99;</script>' : '';
  return `<!doctype html><title>Hostile</title>${backOff}<script>${before}</script>
<script>window.nitka = [];
nitka.track = function () { nitka.push(['track'].concat([].slice.call(arguments))); };</script>
${tracks('early')}
<script src="/nitka.js" data-write-key="${writeKeys.browser}" data-endpoint="http://t.shop.localhost:${stage.collector.port}"
  data-flush-interval="30" data-consent-version="${version}" data-plugins="campaign external-ids page-views forms ${late.join(' ')}"></script>
${isTried ? "<script>nitka.on('error', (code) => (window.failed ||= code === 'delivery_failed'));</script>" : ''}
${tracks('loaded')}<script>${after}</script>${body}${tracks('after')}
<form id="form" onsubmit="return false"><input type="tel" name="phone" value="+7 901 234-56-78"></form>
<script>window.form.requestSubmit(); nitka.flush?.();</script>`;
};

interface Found {
  readonly what: string;
  readonly properties: string | null;
  readonly count: number | string;
}

const expected = ['after', 'early', 'identify', 'loaded', 'page'];

describe('a page where', () => {
  it.each(hostilePages.map((page, i) => ({ ...page, path: `/hostile-${i}` })))('$name', async (hostile) => {
    const { path, way = 'at once', lost = [], isTried } = hostile;
    const wanted = expected.filter((what) => !lost.includes(what));
    stage.site.route(path, {
      headers: { 'content-type': 'text/html; charset=utf-8', ...hostile.headers },
      body: html(hostile, path),
    });
    const context = await stage.context();
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(stage.site.url(path));
    if (isTried) {
      await page.waitForFunction('window.failed');
      // The tracker waits as long for what a page that is left is told too early.
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    }
    if (way !== 'at once') await page.goto(stage.site.url('/empty'));
    if (way === 'by the next page') await page.goto(stage.site.url('/'));
    const sql = `SELECT coalesce(event, type) AS what, payload->>'$.properties' AS properties, count(*) AS count FROM raw_events
      WHERE (payload->>'$.context.consent.version') = '${path}' GROUP BY ALL ORDER BY what`;
    const rows = await stage.collector
      .eventually<Found>(sql, (found) => wanted.every((what) => found.some((row) => row.what === what)))
      .catch((error: Error) => error.message);
    expect([faults, typeof rows === 'string' ? rows.slice(0, 1500) : []]).toEqual([[], []]);
    const known = (rows as Found[]).filter(({ what }) => expected.includes(what));
    expect(known.map(({ what, count }) => [what, Number(count)])).toEqual(wanted.map((what) => [what, 1]));
    for (const row of known.filter(({ what }) => !['identify', 'page'].includes(what))) {
      expect(JSON.parse(row.properties!)).toEqual(properties);
    }
    await context.close();
  });
});
