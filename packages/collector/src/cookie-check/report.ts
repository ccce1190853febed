import { lifetimes, weaknesses } from './lifetimes.ts';
import type { Lifetime, Observation, SetUp } from './lifetimes.ts';
import type { CookieSearch } from './observe.ts';

export interface CookieReport {
  /** Null if nothing sets the cookie. */
  readonly setUp: SetUp | null;
  readonly lifetimes: readonly Lifetime[];
  readonly weaknesses: readonly string[];
  readonly misses: readonly string[];
  /** True if every browser keeps the id for longer than a week. */
  readonly durable: boolean;
}

const best: readonly SetUp[] = ['backend', 'path', 'subdomain', 'foreign'];

export const setUps: Readonly<Record<SetUp, string>> = {
  backend: 'The site’s own backend sets the cookie with the page itself. No set-up is better.',
  path: 'A path of the site leads to the collector. The cookie comes from the page’s own host.',
  subdomain: 'The collector has a host of its own on the site.',
  foreign: 'The collector is on another site.',
};

const advice =
  'Better, best first: let the site’s backend set it (middleware of @nitka/node); proxy a path of the site to the collector; give the collector a subdomain with an A record on the site’s own network.';

export const reportOf = ({ observations, misses }: CookieSearch): CookieReport => {
  const [seen] = best.flatMap((setUp) => observations.filter((each) => each.setUp === setUp)) as [
    Observation | undefined,
  ];
  if (!seen) return { setUp: null, lifetimes: [], weaknesses: [], misses, durable: false };
  const granted = lifetimes(seen);
  return {
    setUp: seen.setUp,
    lifetimes: granted,
    weaknesses: weaknesses(seen),
    misses: seen.setUp === 'backend' ? [] : misses.slice(seen.setUp === 'path' ? 1 : 0),
    durable: granted.every(({ days }) => days !== null && days > 7),
  };
};

const daysText = (days: number | null): string => {
  if (days === null) return 'until the browser is closed';
  return days === 0 ? 'not at all' : `${Math.round(days * 10) / 10} days`;
};

/** The report in words. */
export const wordsOf = (report: CookieReport): string => {
  const { setUp, lifetimes: granted, durable } = report;
  const lines = [setUp === null ? 'Nothing sets the cookie of the visitor id.' : setUps[setUp]];
  for (const { browser, days, reasons } of granted)
    lines.push(`  ${browser.padEnd(8)} keeps it ${daysText(days)}: ${reasons.join('; ')}`);
  if (report.weaknesses.length > 0) lines.push('Weak:', ...report.weaknesses.map((each) => `  ${each}`));
  if (report.misses.length > 0) lines.push('Seen:', ...report.misses.map((each) => `  ${each}`));
  if (!durable) lines.push(advice);
  return lines.join('\n');
};
