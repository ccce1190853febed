import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { writeKeys } from '../../../tests/support/collector.ts';
import { shareStage } from '../../../tests/support/share-stage.ts';
import { openStage, visitorId, type Stage } from './stage.ts';

let stage: Stage;

const open = async (): Promise<Stage> => {
  const stage = await openStage();
  const dist = new URL('../dist/', import.meta.url);
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.js')) stage.site.route(`/sdk/${file}`, new URL(file, dist));
  }
  stage.site.route(
    '/gzip',
    `<!doctype html><title>Small</title><script type="module">
      import { createTracker } from '/sdk/index.js';
      import { gzip } from '/sdk/gzip.js';
      window.nitka = createTracker({ writeKey: '${writeKeys.browser}', compress: gzip, flushInterval: 50,
        endpoint: 'http://t.shop.localhost:${stage.collector.port}' });
    </script>`,
  );
  return stage;
};
shareStage(open, (opened) => (stage = opened));

it('what the browser has compressed is in the warehouse, each event once, and so is what was sent while leaving', async () => {
  const context = await stage.context();
  const page = await context.newPage();
  const bodies: Buffer[] = [];
  page.on('request', (request) => {
    if (!request.url().endsWith('/v1/batch') || request.method() !== 'POST') return;
    bodies.push(request.postDataBuffer() ?? Buffer.alloc(0));
  });
  await page.goto(stage.site.url('/gzip'));
  await visitorId(page);
  await page.evaluate(async () => {
    for (let i = 1; i <= 300; i++) window.nitka.track(`gzip ${i}`, { name: 'Подвесной светильник', i });
    await window.nitka.flush();
  });
  await stage.rows('gzip %', 300);
  const isGzip = (body: Buffer): boolean => body[0] === 0x1f && body[1] === 0x8b;
  // Where the browser shows a body that is no text.
  const shown = bodies.filter((body) => body.length > 0);
  expect(shown.every(isGzip)).toBe(true);
  expect(bodies.length).toBeGreaterThan(0);
  await page.evaluate(() => {
    for (let i = 301; i <= 320; i++) window.nitka.track(`gzip ${i}`, { i });
    location.href = '/empty';
  });
  await page.waitForURL('**/empty');
  // What was being compressed when the page was left is sent by the next one.
  await page.goto(stage.site.url('/next'));
  const rows = await stage.rows('gzip %', 320);
  expect(rows.map(({ event }) => event).sort()).toEqual(
    Array.from({ length: 320 }, (_, i) => `gzip ${i + 1}`).sort(),
  );
  expect(new Set(rows.map((row) => row.message_id)).size).toBe(320);
  await context.close();
});
