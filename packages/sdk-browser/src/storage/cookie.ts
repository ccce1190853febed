/** 400 days: the longest that Chrome allows. https://developer.chrome.com/blog/cookie-max-age-expires */
const maxAge = 34_560_000;

export interface CookieTier {
  /** Every value under the name: a host may see one of its own and one of a parent domain. */
  read(): string[];
  write(value: string): void;
  erase(): void;
}

/** The cookies that a page's script can read, in the browser's order. Empty where they are blocked. */
export const readCookies = (document: Document): [name: string, value: string][] => {
  try {
    return document.cookie.split('; ').map((pair) => {
      const [name, ...value] = pair.split('=');
      return [name!, value.join('=')];
    });
  } catch {
    return [];
  }
};

/**
 * The visitor id's cookie, readable by script, on the broadest domain that the browser allows. That domain is found
 * by trying: the browser has a public suffix list, so this bundle needs none.
 *
 * @param domain tried first; for sites that want it narrower
 */
export const createCookieTier = (page: Window, name: string, domain?: string): CookieTier => {
  const { document, location } = page;
  const labels = location.hostname.split('.');
  const domains = domain
    ? [domain, '']
    : [...labels.slice(1).map((_, i) => labels.slice(-2 - i).join('.')), ''];
  const secure = location.protocol === 'https:' ? '; secure' : '';

  const put = (key: string, value: string, host: string, age: number): void => {
    try {
      document.cookie = `${key}=${value}; path=/; max-age=${age}; samesite=lax${secure}${host && `; domain=${host}`}`;
    } catch {
      // Blocked or frozen: the other tiers hold the id.
    }
  };
  const valuesOf = (key: string): string[] =>
    readCookies(document)
      .filter((pair) => pair[0] === key)
      .map((pair) => pair[1]);

  /** A cookie of another name tells, so that an old value cannot be taken for the one just written. */
  const broadest = (): string => {
    const probe = `${name}_`;
    return (
      domains.find((host) => {
        put(probe, '1', host, 9);
        const isAllowed = valuesOf(probe).length > 0;
        if (isAllowed) put(probe, '', host, 0);
        return isAllowed;
      }) ?? ''
    );
  };

  return {
    read: () => valuesOf(name),

    write(value) {
      const host = broadest();
      // A stale cookie of the host alone would stand beside the domain's for ever.
      if (host) put(name, '', '', 0);
      put(name, value, host, maxAge);
    },

    erase: () => domains.forEach((host) => put(name, '', host, 0)),
  };
};
