import type { HostFacts } from './network.ts';
import { sameHalf, siteOf } from './network.ts';

/** The cookie as it was really answered. */
export interface CookieFacts {
  readonly name: string;
  /** Days; null for a cookie that ends with the browser. */
  readonly days: number | null;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: string | null;
  readonly domain: string | null;
}

/**
 * How the id comes to the server tier:
 * - `backend`: the answer to the page itself sets it.
 * - `path`: a path of the page's own host leads to the collector.
 * - `subdomain`: the collector has another host of the same site.
 * - `foreign`: the collector is on another site.
 */
export type SetUp = 'backend' | 'path' | 'subdomain' | 'foreign';

export interface Observation {
  readonly setUp: SetUp;
  readonly page: HostFacts;
  readonly collector: HostFacts;
  /** Whether what was asked came over https. */
  readonly https: boolean;
  readonly cookie: CookieFacts;
}

export const browsers = ['Safari', 'Firefox', 'Chrome', 'Brave'] as const;
export type Browser = (typeof browsers)[number];

export interface Lifetime {
  readonly browser: Browser;
  /** 0: the cookie is not kept at all. Null: until the browser ends. */
  readonly days: number | null;
  readonly reasons: readonly string[];
}

/** draft-ietf-httpbis-rfc6265bis §5.5; https://developer.chrome.com/blog/cookie-max-age-expires */
const longest = 400;
/** https://github.com/brave/brave-browser: since 1.83 for cookies of script and of servers alike. */
const longestInBrave = 180;
/** https://webkit.org/blog/11338/cname-cloaking-and-bounce-tracking-defense/ and https://github.com/WebKit/WebKit/pull/5347 */
const cappedInSafari = 7;

/** Why no browser keeps it, or null. */
const refusal = ({ setUp, cookie, collector, https }: Observation): string | null => {
  if (setUp === 'foreign')
    return `the collector (${collector.host}) is on another site than the page: a third-party cookie, which browsers block or partition`;
  if (cookie.secure && !https) return 'it is Secure, but was answered over plain http';
  const { domain } = cookie;
  if (domain !== null) {
    const asked = domain.replace(/^\./, '');
    if (siteOf(asked) === null && asked !== collector.host)
      return `its Domain, ${asked}, is a public suffix or no domain`;
    if (collector.host !== asked && !collector.host.endsWith(`.${asked}`))
      return `its Domain, ${asked}, is not one of the host that set it, ${collector.host}`;
  }
  if (cookie.sameSite?.toLowerCase() === 'none' && !cookie.secure) return 'SameSite=None needs Secure';
  if (cookie.days !== null && cookie.days <= 0) return 'it is answered as expired';
  return null;
};

/** The first name of the chain that belongs to another site, unless the page itself leads there, too. */
const cloakedBy = ({ page, collector, setUp }: Observation): string | null => {
  if (setUp !== 'subdomain') return null;
  const last = collector.aliases.at(-1);
  const foreign = collector.aliases.find((alias) => siteOf(alias) !== page.site);
  if (foreign === undefined) return null;
  return last !== undefined && last === page.aliases.at(-1) ? null : foreign;
};

const safariCap = (seen: Observation): string | null => {
  const { setUp, page, collector } = seen;
  if (setUp === 'backend' || setUp === 'path') return null;
  const cloak = cloakedBy(seen);
  if (cloak !== null)
    return `${collector.host} is a CNAME to ${cloak}, on another registrable domain: Safari takes it for a third party in disguise`;
  if (sameHalf(page.addresses, collector.addresses) === false)
    return `the addresses of ${collector.host} (${collector.addresses.join(', ')}) and of ${page.host} (${page.addresses.join(', ')}) differ in the first half`;
  return null;
};

const exempt: Readonly<Record<SetUp, string | null>> = {
  backend: 'it comes with the answer to the page itself, which Safari does not cap',
  path: 'it comes from the page’s own host',
  subdomain: 'the host is on the site, is no CNAME to another one, and its address begins like the page’s',
  foreign: null,
};

const lifetimeIn = (browser: Browser, seen: Observation): Lifetime => {
  const refused = refusal(seen);
  if (refused !== null) return { browser, days: 0, reasons: [refused] };
  const { days } = seen.cookie;
  if (days === null) return { browser, days, reasons: ['it has neither Max-Age nor Expires'] };
  const reasons: string[] = [];
  let granted = days;
  const cap = (limit: number, reason: string): void => {
    if (granted <= limit) return;
    granted = limit;
    reasons.push(reason);
  };
  cap(longest, `no browser has to keep a cookie for over ${longest} days`);
  if (browser === 'Brave') cap(longestInBrave, `Brave cuts at ${longestInBrave} days`);
  if (browser === 'Safari') {
    const why = safariCap(seen);
    const fine = exempt[seen.setUp];
    if (why !== null) cap(cappedInSafari, why);
    else if (fine !== null) reasons.push(fine);
  }
  if (reasons.length === 0) reasons.push('as answered');
  return { browser, days: granted, reasons };
};

export const lifetimes = (seen: Observation): Lifetime[] =>
  browsers.map((browser) => lifetimeIn(browser, seen));

/** What is weak about the cookie, though it is kept. */
export const weaknesses = ({ cookie, https, page, collector, setUp }: Observation): string[] => {
  const found: string[] = [];
  if (!cookie.httpOnly) found.push('not HttpOnly: scripts of the page can read, change and delete it');
  if (!cookie.secure)
    found.push(https ? 'not Secure: it also goes over plain http' : 'plain http: use https in production');
  if (cookie.sameSite === null) found.push('no SameSite: browsers take different defaults; Lax is meant');
  if (cookie.sameSite?.toLowerCase() === 'strict')
    found.push('SameSite=Strict: it is missing on the first page after a link from another site');
  if (cookie.domain === null && setUp !== 'backend' && page.site !== null && page.site !== collector.host)
    found.push(
      `no Domain: other hosts of ${page.site} do not share it; visitorCookie.domain "site" lets them`,
    );
  if (cookie.days !== null && cookie.days < longest)
    found.push(`answered for ${Math.round(cookie.days)} days; ${longest} are possible`);
  return found;
};
