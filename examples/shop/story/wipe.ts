import type { BrowserContext } from 'playwright-core';

export interface Wiped {
  /** What script found and deleted: names of cookies, localStorage keys, IndexedDB databases. */
  readonly cookies: readonly string[];
  readonly keys: readonly string[];
  readonly databases: readonly string[];
  /** Cookies that script can neither read nor delete. */
  readonly left: readonly string[];
}

/**
 * Deletes, by script, everything that script can write on the shop's host: what Safari does after seven days without
 * a visit, and what many a cleaner does each night.
 */
export const wipeStorage = async (context: BrowserContext, shop: string): Promise<Wiped> => {
  // A document of the shop that has no tracker on it.
  const page = await context.newPage();
  await page.goto(`${shop}/assets/shop.css`);
  const wipe = async () => {
    const cookies = document.cookie.split('; ').flatMap((pair) => pair.split('=')[0] || []);
    for (const name of cookies) {
      for (const domain of ['', `; domain=${location.hostname}`]) {
        document.cookie = `${name}=; path=/; max-age=0${domain}`;
      }
    }
    const keys = Object.keys(localStorage);
    localStorage.clear();
    sessionStorage.clear();
    const databases = (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
    for (const name of databases) {
      await new Promise((resolve, reject) => {
        const deletion = indexedDB.deleteDatabase(name);
        deletion.onsuccess = resolve;
        deletion.onerror = reject;
      });
    }
    const rest = [
      document.cookie,
      Object.keys(localStorage).join(),
      (await indexedDB.databases()).length || '',
    ];
    return { cookies, keys, databases, rest: rest.join('') };
  };
  const found = await page.evaluate(wipe);
  // The answer to what the last page sent while it was closed may come now, with a cookie that acknowledges it.
  for (let tries = 0; found.rest !== '' && tries < 20; tries++) {
    await page.waitForTimeout(100);
    found.rest = (await page.evaluate(wipe)).rest;
  }
  await page.close();
  if (found.rest !== '') throw new Error(`not everything could be wiped: ${found.rest}`);
  const left = (await context.cookies(shop)).filter(({ httpOnly }) => httpOnly).map(({ name }) => name);
  return { cookies: found.cookies, keys: found.keys, databases: found.databases, left };
};
