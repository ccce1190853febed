import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findChromium } from '../../../tests/support/chromium.ts';
import { shareStage } from '../../../tests/support/share-stage.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
shareStage(openStage, (opened) => (stage = opened));

/** Chromium prerenders nothing while a debugger is attached: this one is alone with the page, which tells what happens. */
const visit = async (url: string): Promise<void> => {
  const { path, env } = await findChromium();
  const folder = await mkdtemp(join(tmpdir(), 'nitka-prerender-'));
  const isRoot = process.getuid?.() === 0;
  const browser = spawn(
    path,
    [
      '--headless',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
      // Where memory is short Chromium declines to guess, which is none of our business here.
      '--disable-features=Prerender2MemoryControls',
      ...(isRoot ? ['--no-sandbox'] : []),
      url,
    ],
    { env: { ...process.env, ...env }, stdio: 'ignore' },
  );
  onTestFinished(async () => {
    if (browser.exitCode === null && browser.signalCode === null) {
      const gone = once(browser, 'exit');
      browser.kill('SIGKILL');
      await gone;
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });
};

it('a page that the browser prerenders stores and sends nothing until it is shown, and counts once then', async () => {
  const told: string[] = [];
  const tell = (what: string): string => `fetch('/told', { method: 'POST', body: ${what} })`;
  stage.site.route('/told', (_, body) => {
    told.push(body.toString());
    return 'thanks';
  });
  stage.site.route(
    '/prerendered',
    stage
      .html(
        'data-flush-interval="30"',
        `<script>
        window.nitka = [['track', 'prerender early']];
        document.addEventListener('prerenderingchange', () => {
          ${tell("'shown'")};
          setTimeout(() => nitka.track('prerender later'));
        });
        addEventListener('load', () => setTimeout(async () => {
          const { length } = await indexedDB.databases();
          await ${tell('JSON.stringify([document.prerendering, Object.keys(localStorage), document.cookie, length])')};
        }, 500));
      </script>`,
      )
      .replace('data-plugins=""', 'data-plugins="page-views campaign"'),
  );
  stage.site.route(
    '/guesses',
    `<!doctype html><title>Guesses</title>
    <script type="speculationrules">{ "prerender": [{ "source": "list", "urls": ["/prerendered", "/never"], "eagerness": "immediate" }] }</script>
    <script>
      const wait = setInterval(async () => {
        if ((await (await fetch('/ready')).text()) !== 'yes') return;
        clearInterval(wait);
        location.href = '/prerendered';
      }, 100);
    </script>`,
  );
  stage.site.route(
    '/never',
    stage.html(
      'data-flush-interval="30"',
      "<script>window.nitka = [['track', 'prerender never']]; addEventListener('load', () => fetch('/told', { method: 'POST', body: 'never ' + document.prerendering }))</script>",
    ),
  );
  stage.site.route('/ready', () => (told.length >= 2 ? 'yes' : 'no'));
  await visit(stage.site.url('/guesses'));

  await expect.poll(() => told.length).toBeGreaterThanOrEqual(3);
  expect(told.sort()).toEqual(['[true,[],"",0]', 'never true', 'shown']);
  const rows = await stage.collector.eventually<{ what: string; path: string }>(
    `SELECT coalesce(event, type) AS what, payload->>'$.context.page.path' AS path FROM raw_events
     WHERE type = 'page' OR event LIKE 'prerender %' ORDER BY what`,
    (found) => found.length >= 3,
  );
  expect(rows).toEqual(
    ['page', 'prerender early', 'prerender later'].map((what) => ({ what, path: '/prerendered' })),
  );
});
