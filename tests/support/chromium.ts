import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser, LaunchOptions } from 'playwright-core';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const packaged = '@sparticuz/chromium';

/** Where a browser of the system usually is. */
const systemBrowsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** An executable and the environment it needs. */
export interface BrowserProgram {
  path: string;
  env: Record<string, string>;
  /** The packaged browser is built without windows. */
  canShowWindow: boolean;
}

/**
 * Starts Chromium: the program named by `NITKA_CHROMIUM`, or a browser of the system, or the one that an npm
 * package carries, so that no machine needs a browser installed.
 *
 * @param options Playwright's launch options. `headless: false` opens a window if the browser found has windows.
 */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const program = await findChromium();
  return chromium.launch({
    // Milliseconds: several may start at once on a busy machine.
    timeout: 120_000,
    ...options,
    headless: program.canShowWindow ? (options.headless ?? true) : true,
    executablePath: program.path,
    // Chromium refuses to run as root inside its own sandbox; containers run as root.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...(options.args ?? [])],
    env: { ...definedEnv(process.env), ...program.env, ...definedEnv(options.env ?? {}) },
  });
}

/** The browser that {@link launchChromium} starts. */
export async function findChromium(): Promise<BrowserProgram> {
  const named = process.env['NITKA_CHROMIUM'];
  if (named) {
    if (!existsSync(named)) throw new Error(`NITKA_CHROMIUM names a file that does not exist: ${named}`);
    return { path: named, env: {}, canShowWindow: true };
  }
  const installed = systemBrowsers.find((path) => existsSync(path));
  return installed ? { path: installed, env: {}, canShowWindow: true } : packagedChromium();
}

async function packagedChromium(): Promise<BrowserProgram> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('no browser found: install Chrome or Chromium, or name one in NITKA_CHROMIUM');
  }
  const folder = await inflateOnce();
  const path = join(folder, 'chromium');
  const env: Record<string, string> = {};
  const libraries = join(folder, 'al2023', 'lib');
  if (!(await starts(path, {}))) env['LD_LIBRARY_PATH'] = withPath(libraries, process.env['LD_LIBRARY_PATH']);
  if (!existsSync('/etc/fonts/fonts.conf')) env['FONTCONFIG_FILE'] = join(folder, 'nitka-fonts.conf');
  if (!(await starts(path, env))) {
    await run(path, ['--version'], { env: { ...process.env, ...env } });
  }
  return { path, env, canShowWindow: false };
}

async function starts(path: string, env: Record<string, string>): Promise<boolean> {
  return run(path, ['--version'], { env: { ...process.env, ...env } }).then(
    () => true,
    () => false,
  );
}

/**
 * Unpacks the browser into a folder next to its final place and renames it there. A rename is atomic, so of
 * several processes that come first together one wins and the others use what it made.
 */
async function inflateOnce(): Promise<string> {
  const entry = require.resolve(packaged);
  const version = /@(\d+\.\d+\.\d+)/.exec(entry)?.[1] ?? 'any';
  const place = join(await cacheFolder(), `chromium-${version}`);
  if (existsSync(place)) return place;
  const staging = await mkdtemp(`${place}-`);
  try {
    // The package unpacks to the temporary folder of its process, and its libnss3 and libnspr4 only where it
    // takes the machine for a Lambda.
    const script = `const found = require(${JSON.stringify(entry)}); (found.default ?? found).executablePath();`;
    await run(process.execPath, ['-e', script], {
      env: { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    });
    // The package's own font configuration names a fixed folder.
    await writeFile(join(staging, 'nitka-fonts.conf'), fontConfiguration(join(place, 'fonts'), tmpdir()));
    await rename(staging, place);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}

function fontConfiguration(fonts: string, cache: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>${fonts}</dir><cachedir>${join(cache, 'fontconfig')}</cachedir></fontconfig>
`;
}

async function cacheFolder(): Promise<string> {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const folder of [join(root, 'node_modules', '.cache', 'nitka'), join(tmpdir(), 'nitka-cache')]) {
    try {
      await mkdir(folder, { recursive: true });
      return folder;
    } catch {
      // A read-only checkout: the temporary folder serves as well.
    }
  }
  throw new Error('neither node_modules nor the temporary folder can be written');
}

function withPath(first: string, rest: string | undefined): string {
  return rest ? `${first}:${rest}` : first;
}

function definedEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
