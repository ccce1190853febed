import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { TestBrowser, TestCookie, TestPage } from '../browsers.ts';
import { freePort } from '../free-port.ts';
import { expression } from './expression.ts';
import { startSession } from './webdriver.ts';
import type { Session } from './webdriver.ts';

/** WebKitGTK by its own WebDriver, one process for each browser: a driver serves one session at a time. */
export async function openWebKit(driver: string): Promise<TestBrowser> {
  const port = await freePort();
  const temporary = await mkdtemp(join(tmpdir(), 'nitka-webkit-'));
  // A group of its own, so that the display and the message bus end with the driver.
  const started = spawn(driver, [`--port=${port}`], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: temporary },
  });
  const stop = async () => {
    await end(started);
    // The display and the message bus may still be on their way out.
    await rm(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  try {
    const address = `http://127.0.0.1:${port}`;
    await answers(address, started);
    const session = await startSession(address, {
      // As the other two do by themselves: an element is waited for, and a page may take its time.
      timeouts: { implicit: 30_000, script: 120_000, pageLoad: 120_000 },
      'webkitgtk:browserOptions': {
        binary: process.env['NITKA_TEST_WEBKIT_BROWSER'],
        // WebKit takes subdomains of localhost for different sites, and by default no cookies of other sites.
        args: ['--automation', '--cookies-policy=always'],
      },
    });
    return toBrowser(session, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

function toBrowser(session: Session, stop: () => Promise<void>): TestBrowser {
  // The session begins with a window.
  let first: string | undefined;
  let current = '';
  async function inWindow<T>(handle: string, work: () => Promise<T>): Promise<T> {
    if (current !== handle) await session.post('/window', { handle });
    current = handle;
    return work();
  }
  const cookies = async () => (await session.get<WebDriverCookie[]>('/cookie')).map(toCookie);
  return {
    name: 'webkit',
    async open() {
      const handle =
        first === undefined
          ? (first = await session.get<string>('/window'))
          : (await session.post<{ handle: string }>('/window/new', { type: 'tab' })).handle;
      const page = toPage(session, (work) => inWindow(handle, work));
      return {
        ...page,
        async close() {
          await page.close();
          // Cookies are asked for in a window that is open.
          current = (await session.get<string[]>('/window/handles')).at(-1) ?? '';
          if (current) await session.post('/window', { handle: current });
        },
      };
    },
    cookies,
    async deleteCookies(names) {
      for (const { name } of await cookies()) {
        if (names?.includes(name) ?? true) await session.remove(`/cookie/${encodeURIComponent(name)}`);
      }
    },
    async close() {
      await session.remove('').catch(() => undefined);
      await stop();
    },
  };
}

type InWindow = <T>(work: () => Promise<T>) => Promise<T>;

function toPage(session: Session, inWindow: InWindow): TestPage {
  const element = async (selector: string) => {
    const found = await session.post<Record<string, string>>('/element', {
      using: 'css selector',
      value: selector,
    });
    return `/element/${Object.values(found)[0]}`;
  };
  return {
    goto: (url) => inWindow(async () => void (await session.post('/url', { url }))),
    reload: () => inWindow(async () => void (await session.post('/refresh'))),
    url: () => inWindow(() => session.get<string>('/url')),
    evaluate: <T, A extends unknown[]>(code: string | ((...args: A) => T | Promise<T>), ...args: A) =>
      inWindow(async () => {
        const answer = await session.post<{ value?: T; error?: string }>('/execute/async', {
          // A value that is no JSON (undefined, a function) would be an error of the driver.
          script: `const done = arguments[0];
            (async () => (${expression(code, args)}))().then(
              (value) => done({ value: JSON.parse(JSON.stringify(value ?? null)) }),
              (error) => done({ error: String(error) }),
            );`,
          args: [],
        });
        if (answer.error !== undefined) throw new Error(answer.error);
        return (answer.value ?? undefined) as T;
      }),
    click: (selector) => inWindow(async () => void (await session.post(`${await element(selector)}/click`))),
    type: (selector, text) =>
      inWindow(async () => void (await session.post(`${await element(selector)}/value`, { text }))),
    close: () => inWindow(() => session.remove('/window')),
  };
}

interface WebDriverCookie extends Omit<TestCookie, 'expires'> {
  expiry?: number;
}

function toCookie({ name, value, domain, path, httpOnly, secure, expiry }: WebDriverCookie): TestCookie {
  return { name, value, domain, path, httpOnly, secure, ...(expiry !== undefined && { expires: expiry }) };
}

async function answers(address: string, driver: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (driver.exitCode !== null) throw new Error(`the WebKit driver ended with ${driver.exitCode}`);
    const ready = await fetch(`${address}/status`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await wait(50);
  }
  throw new Error('the WebKit driver does not answer');
}

async function end(driver: ChildProcess): Promise<void> {
  if (driver.exitCode !== null || driver.signalCode !== null || driver.pid === undefined) return;
  const gone = once(driver, 'exit');
  process.kill(-driver.pid, 'SIGTERM');
  await gone;
}
