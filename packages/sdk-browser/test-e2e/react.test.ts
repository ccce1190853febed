import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createViteServer } from 'vitest/node';
import { launchChromium } from '../../../tests/support/chromium.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The site's files: an app in StrictMode, and the module that makes its tracker. */
const files: Record<string, string> = {
  '/tracker.ts': `
    import { createTracker } from '@nitka/browser';
    import { pageViews } from '@nitka/browser/page-views';
    import { createHooks } from '@nitka/browser/react';
    export const tracker = createTracker({ writeKey: 'k', endpoint: location.origin + '/t', flushInterval: 30, plugins: [pageViews()] });
    export const { useTrack, useUser } = createHooks(tracker);
    (window.trackers ??= []).push(tracker);`,
  '/product.tsx': `
    import { useEffect, useState } from 'react';
    import { useTrack, useUser } from './tracker.ts';
    export const Product = ({ sku }) => {
      const [likes, setLikes] = useState(0);
      useEffect(() => { window.effects = (window.effects ?? 0) + 1; }, []);
      useTrack('Product Viewed', { sku, tags: ['a'] });
      useUser('u-1', { plan: 'pro' });
      return <button onClick={() => setLikes(likes + 1)}>{likes} likes</button>;
    };`,
  '/main.tsx': `
    import { StrictMode } from 'react';
    import { createRoot } from 'react-dom/client';
    import { Product } from './product.tsx';
    import './tracker.ts';
    if (import.meta.hot) import.meta.hot.accept(['./tracker.ts', './product.tsx'], () => { window.reloads = (window.reloads ?? 0) + 1; });
    createRoot(document.getElementById('root')).render(<StrictMode><Product sku="A-1" /></StrictMode>);`,
};

let server: Awaited<ReturnType<typeof createViteServer>>;
let browser: Browser;
let cacheDir: string;
const received: { type: string; event?: string; messageId: string }[] = [];

beforeAll(async () => {
  [browser, cacheDir] = await Promise.all([launchChromium(), mkdtemp(join(tmpdir(), 'nitka-react-'))]);
  const at = (name: string): string => join(root, 'test-e2e', name);
  server = await createViteServer({
    root,
    cacheDir,
    configFile: false,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, watch: null },
    resolve: {
      alias: {
        '@nitka/browser/page-views': join(root, 'dist/page-views.js'),
        '@nitka/browser/react': join(root, 'dist/react.js'),
        '@nitka/browser': join(root, 'dist/index.js'),
      },
    },
    esbuild: { jsx: 'automatic', tsconfigRaw: {} },
    optimizeDeps: { noDiscovery: true, include: ['react', 'react-dom/client', 'react/jsx-dev-runtime'] },
    plugins: [
      {
        name: 'site',
        resolveId: (id) => {
          const name = id.replace(/^\.?\//, '/');
          return name in files ? at(name) : undefined;
        },
        load: (id) => Object.entries(files).find(([name]) => at(name) === id)?.[1],
        configureServer({ middlewares }) {
          middlewares.use((request, response, next) => {
            if (request.url === '/') {
              response.setHeader('content-type', 'text/html');
              response.end(
                '<!doctype html><title>App</title><div id="root"></div><script type="module" src="/@vite/client"></script><script type="module" src="/main.tsx"></script>',
              );
            } else if (request.url?.startsWith('/t/v1/')) {
              const chunks: Buffer[] = [];
              request.on('data', (chunk: Buffer) => chunks.push(chunk));
              request.on('end', () => {
                const { batch = [] } = JSON.parse(Buffer.concat(chunks).toString()) as {
                  batch?: typeof received;
                };
                received.push(...batch);
                response.setHeader('content-type', 'application/json');
                response.end('{"success":true}');
              });
            } else next();
          });
        },
      },
    ],
  });
  await server.listen();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(cacheDir, { recursive: true, force: true });
});

it('StrictMode, a new render and a hot reload of the tracker’s module send nothing twice', async () => {
  received.length = 0;
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(server.resolvedUrls!.local[0]!);
  await page.getByText('0 likes').click();
  await page.getByText('1 likes').waitFor();
  // A build for development, in which StrictMode runs effects twice.
  expect(await page.evaluate('window.effects')).toBe(2);

  const module = server.moduleGraph.getModuleById(join(root, 'test-e2e/tracker.ts'));
  await server.reloadModule(module!);
  await page.waitForFunction('window.reloads >= 1');
  expect(await page.evaluate('[trackers.length > 1, new Set(trackers).size]')).toEqual([true, 1]);

  await page.evaluate("trackers.at(-1).track('End'), trackers.at(-1).flush()");
  await expect.poll(() => received.some(({ event }) => event === 'End')).toBe(true);
  expect(received.map(({ type, event }) => event ?? type).sort()).toEqual([
    'End',
    'Product Viewed',
    'identify',
    'page',
  ]);
  expect(new Set(received.map(({ messageId }) => messageId)).size).toBe(4);
  expect(faults).toEqual([]);
  await page.close();
});
