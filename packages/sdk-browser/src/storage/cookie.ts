import { attempt } from '../attempt.ts';

/** 400 days: the longest that Chrome allows. https://developer.chrome.com/blog/cookie-max-age-expires */
const maxAge = 34_560_000;

export interface CookieTier {
  /** Every value under the name: a host may see one of its own and one of a parent domain. */
  readIds(): string[];
  writeId(value: string): void;
  /**
   * The session's id, for the site's own backend. On the host alone, as localStorage is, which holds the session.
   * @param age seconds; 0 removes it
   */
  mirror(session: string, age: number): void;
  wipe(): void;
}

/** The text of the cookies that a page's script can read, even if an image is called `cookie`. Empty where they are blocked. */
// oxlint-disable-next-line typescript/no-unnecessary-template-expression
export const cookieText = (document: Document): string => attempt(() => `${document.cookie}`) ?? '';

/** The same, one by one, in the browser's order. */
export const readCookies = (document: Document): [name: string, value: string][] =>
  cookieText(document)
    .split('; ')
    .map((pair) => pair.split(/=(.*)/, 2) as [string, string]);

/**
 * The visitor id's cookie, readable by script, on the broadest domain that the browser allows. That domain is found
 * by trying: the browser has a public suffix list, so this bundle needs none.
 *
 * @param domain tried first; for sites that want it narrower
 */
export const createCookieTier = (
  { document, location }: Window,
  name: string,
  domain?: string,
): CookieTier => {
  const labels = location.hostname.split('.');
  // The empty one is the host alone.
  const domains = domain ? [domain] : labels.slice(1).map((_, i) => labels.slice(-2 - i).join('.'));
  domains.push('');
  const secure = location.protocol === 'https:' ? '; secure' : '';

  // Where cookies are blocked or frozen, the other tiers hold the id.
  const put = (key: string, value: string, host: string, age: number): unknown =>
    attempt(
      () =>
        (document.cookie = `${key}=${value}; path=/; max-age=${age}; samesite=lax${secure}${host && `; domain=${host}`}`),
    );
  const valuesOf = (key: string): string[] =>
    cookieText(document)
      .split('; ')
      .filter((pair) => pair.startsWith(`${key}=`))
      .map((pair) => pair.slice(key.length + 1));

  const clear = (): void => domains.forEach((host) => put(name, '', host, 0));
  const mirror = (session: string, age: number): void => void put(`${name}_s`, session, '', age);

  return {
    readIds: () => valuesOf(name),
    mirror,

    writeId(value) {
      // Neither a stale cookie that stands beside the new one for ever, nor an old one that is taken for it.
      clear();
      domains.some((host) => {
        put(name, value, host, maxAge);
        return valuesOf(name).includes(value);
      });
    },

    wipe() {
      clear();
      mirror('', 0);
    },
  };
};
