import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { blocksOf, commandsOf, type Block } from './readme/blocks.ts';
import { createNewcomer, type Newcomer } from './readme/newcomer.ts';
import { launchChromium } from './support/chromium.ts';
import { shareStage } from './support/share-stage.ts';
import { startSite, type Site } from './support/site.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = new URL('../packages/sdk-browser/dist/', import.meta.url);
const blocks = blocksOf(readFileSync(join(root, 'README.md'), 'utf8'));

let site: Site;
let newcomer: Newcomer;
let browser: Browser;
/** Outlives its pages: a page that is left still sends. */
let context: BrowserContext;
/** The write keys that `init` has printed. */
const keys = { browser: '', server: '' };

const open = async () => {
  site = await startSite({});
  for (const name of await readdir(dist, { recursive: true })) {
    if (name.endsWith('.js')) site.route(`/nitka/${name}`, new URL(name, dist));
  }
  newcomer = await createNewcomer();
  browser = await launchChromium();
  context = await browser.newContext();
  return {
    async close() {
      await browser.close();
      await newcomer.close();
      await site.close();
    },
  };
};
shareStage(open);

/** The README's text with its placeholders filled in, as a reader would. */
const filled = (text: string): string =>
  text
    .replaceAll(/https:\/\/(?:t|collect)\.shop\.example/g, `http://t.shop.localhost:${newcomer.port}`)
    .replaceAll('https://shop.example', site.url('').replace(/\/$/, ''))
    .replaceAll(':8080', `:${newcomer.port}`)
    .replaceAll('YOUR_WRITE_KEY', keys.browser)
    .replaceAll('YOUR_SECRET_KEY', keys.server);

const count = async (): Promise<number> => {
  const [row] = JSON.parse(
    await newcomer.run(`nitka-collector query --json "SELECT count(*) AS n FROM raw_events"`),
  ) as { n: string }[];
  return Number(row?.n);
};

/** Runs something that tracks, and waits until the warehouse has more rows than before. */
const adds = async (what: string, track: () => Promise<unknown>): Promise<void> => {
  // A collector that has just started opens its warehouse while it takes events.
  const before = await vi.waitFor(count, { timeout: 60_000, interval: 300 });
  await track();
  await expect.poll(count, { interval: 300, message: what }).toBeGreaterThan(before);
};

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  packageManager: string;
  scripts: Record<string, string>;
};

const runCommand = async (command: string): Promise<void> => {
  const own = /^npx -y (pnpm@\S+) (\S+)/.exec(command);
  if (own) {
    // Running the tests inside a test would never end; the demo has a test of its own.
    expect(own[1]).toBe(manifest.packageManager);
    expect(Object.keys(manifest.scripts)).toContain(own[2]);
    return;
  }
  const installed = /^npm (?:install|i) (@nitka\/.*)$/.exec(command);
  if (installed) {
    for (const name of installed[1]!.split(/\s+/)) await newcomer.install(name);
    return;
  }
  const printed = await newcomer.run(filled(command));
  keys.browser = /nb_[\w-]+/.exec(printed)?.[0] ?? keys.browser;
  keys.server = /ns_[\w-]+/.exec(printed)?.[0] ?? keys.server;
};

/** A page with the block in it, opened in a real browser; whatever it reports as an error fails the test. */
const openPage = async (name: string, html: string): Promise<void> => {
  site.route(name, `<!doctype html><meta charset="utf-8"><title>README</title>${html}`);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('requestfailed', (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on('response', (response) => {
    if (response.status() >= 400) errors.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(site.url(name));
  await page.waitForLoadState('networkidle');
  expect(errors).toEqual([]);
  await page.close({ runBeforeUnload: true });
};

const importMap = `<script type="importmap">{ "imports": {
  "@nitka/browser": "/nitka/index.js", "@nitka/browser/": "/nitka/" } }</script>`;

/** The script tag of the README, which its other HTML blocks expect on the page. */
const tag = blocks.find(({ language, text }) => language === 'html' && text.includes('nitka.js'))?.text ?? '';

const runScript = async ({ text, line }: Block): Promise<void> => {
  if (text.includes('@nitka/browser')) {
    // `@nitka/browser/forms` is `forms.js` there: a bundler reads that from the package's exports.
    const served = filled(text).replaceAll(/(@nitka\/browser\/[\w-]+)'/g, "$1.js'");
    return openPage(`/readme-${line}.html`, `${importMap}<script type="module">${served}</script>`);
  }
  const name = `readme-${line}.mjs`;
  await writeFile(join(newcomer.folder, name), filled(text));
  await newcomer.runModule(name);
};

const runBlock = async (block: Block): Promise<void> => {
  const { language, text, line } = block;
  const title = `${block.heading}, line ${line}`;
  switch (language) {
    case 'sh':
      for (const command of commandsOf(block)) await runCommand(command);
      return;
    case 'html': {
      const html = text === tag ? text : `${tag}${text}`;
      return adds(title, () => openPage(`/readme-${line}.html`, filled(html)));
    }
    case 'js':
    case 'ts':
      return adds(title, () => runScript(block));
    case 'sql':
      await newcomer.run(`nitka-collector query "${text.replaceAll(/["$`\\]/g, '\\$&')}"`);
      return;
    case 'json':
      JSON.parse(text);
      return;
    case '':
    case 'text':
      return;
    default:
      throw new Error(`README.md line ${line}: this test does not know how to run a ${language} block`);
  }
};

it('every command and code block of the README does what it says, in the order of the README', async () => {
  expect(blocks.map(({ language }) => language)).toEqual(expect.arrayContaining(['sh', 'html', 'js']));
  for (const block of blocks) {
    await runBlock(block).catch((cause: unknown) => {
      throw new Error(`README.md line ${block.line}: ${(cause as Error).message}\n${block.text}`, {
        cause,
      });
    });
  }
  const tracked = blocks.flatMap(({ text }) => [
    ...text.matchAll(/(?:\['track', |track\(|event: )'([^']+)'/g),
  ]);
  const names = new Set(tracked.map(([, name]) => name));
  expect(names.size).toBeGreaterThan(1);
  // A block may track several events, and was left at the first.
  const found = async (): Promise<(string | null)[]> => {
    const sql = 'SELECT DISTINCT event FROM raw_events';
    const rows = JSON.parse(await newcomer.run(`nitka-collector query --json "${sql}"`)) as {
      event: string | null;
    }[];
    return rows.map(({ event }) => event);
  };
  await expect.poll(found, { interval: 300 }).toEqual(expect.arrayContaining([...names]));
}, 240_000);
