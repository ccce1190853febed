import { openChromium } from './browsers/chromium.ts';
import { openFirefox } from './browsers/firefox.ts';
import { openWebKit } from './browsers/webkit.ts';
import { needsServer } from './servers.ts';

/** The engines that one functional suite runs on. */
export const browserNames = ['chromium', 'firefox', 'webkit'] as const;
export type BrowserName = (typeof browserNames)[number];

/** A cookie as the browser holds it. `expires` is in seconds since 1970, absent for a session cookie. */
export interface TestCookie {
  name: string;
  value: string;
  /** Begins with a dot if subdomains see the cookie. */
  domain: string;
  path: string;
  httpOnly: boolean;
  secure: boolean;
  expires?: number;
}

/** What of a browser all three engines can do. */
export interface TestPage {
  /** Resolves once the page has loaded. */
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  url(): Promise<string>;
  /**
   * The value of an expression, or of a function called in the page. A promise is awaited. Arguments and
   * result are JSON; a function sees nothing of the test around it.
   */
  evaluate<T, A extends unknown[]>(code: string | ((...args: A) => T | Promise<T>), ...args: A): Promise<T>;
  /** A click of the mouse, after which a navigation may be under way. */
  click(selector: string): Promise<void>;
  /** Keys pressed with the element in focus. */
  type(selector: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** A browser with an empty profile of its own. */
export interface TestBrowser {
  name: BrowserName;
  /** A new tab. */
  open(): Promise<TestPage>;
  /** HttpOnly ones too. WebKit knows those that the last page opened would send. */
  cookies(): Promise<TestCookie[]>;
  /** Deletes the cookies of {@link cookies}, or those of them that are named. */
  deleteCookies(names?: string[]): Promise<void>;
  close(): Promise<void>;
}

/** Why a browser cannot run here, or undefined. Chromium comes with the packages. */
export function missingBrowser(name: BrowserName): string | undefined {
  return name === 'chromium' ? undefined : needsServer(name).missing;
}

/**
 * @example
 * describe.each(browserNames)('%s', (name) => {
 *   test.skipIf(missingBrowser(name))('…', async () => {
 *     const browser = await openBrowser(name);
 */
export async function openBrowser(name: BrowserName): Promise<TestBrowser> {
  const missing = missingBrowser(name);
  if (missing) throw new Error(missing);
  switch (name) {
    case 'chromium':
      return openChromium();
    case 'firefox':
      return openFirefox(needsServer('firefox').url);
    case 'webkit':
      return openWebKit(needsServer('webkit').url);
  }
}

/** Wipes what scripts have stored for the page's origin, all or the named kinds. Open databases delay it. */
export async function clearStorage(
  page: TestPage,
  kinds: Array<'localStorage' | 'sessionStorage' | 'indexedDB'> = [
    'localStorage',
    'sessionStorage',
    'indexedDB',
  ],
): Promise<void> {
  await page.evaluate(async (wiped: string[]) => {
    if (wiped.includes('localStorage')) localStorage.clear();
    if (wiped.includes('sessionStorage')) sessionStorage.clear();
    if (!wiped.includes('indexedDB')) return;
    const gone = (await indexedDB.databases()).map(
      ({ name }) =>
        new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase(name ?? '');
          request.addEventListener('success', resolve);
          request.addEventListener('error', () => reject(new Error(`cannot delete database ${name}`)));
        }),
    );
    await Promise.all(gone);
  }, kinds);
}
