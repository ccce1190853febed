import { NitkaError } from '@nitka/core';
import { parseSetCookie } from 'set-cookie-parser';
import { v7 } from 'uuid';
import type { CookieFacts, Observation, SetUp } from './lifetimes.ts';
import { lookUp } from './network.ts';
import type { HostFacts, Resolver } from './network.ts';

export interface CookieCheckParts {
  readonly resolver: Resolver;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

export interface CookieCheckOptions {
  /** The page, as a visitor opens it. */
  readonly page: string;
  /** Where the page's script sends to. @default the page's own origin */
  readonly collector: string | null;
  readonly cookieName: string;
  /** Of a browser source; without one the collector looks at the lists of all sources. */
  readonly writeKey: string | null;
}

const oneDay = 86_400_000;
/** Milliseconds. */
const patience = 15_000;

const daysOf = (maxAge: number | undefined, expires: Date | undefined, now: number): number | null => {
  if (maxAge !== undefined) return maxAge / 86_400;
  return expires === undefined ? null : (expires.getTime() - now) / oneDay;
};

const cookieIn = (headers: Headers, name: string, now: number): CookieFacts | null => {
  const found = parseSetCookie(headers.getSetCookie()).find((cookie) => cookie.name === name);
  if (!found) return null;
  return {
    name,
    days: daysOf(found.maxAge, found.expires, now),
    httpOnly: found.httpOnly === true,
    secure: found.secure === true,
    sameSite: found.sameSite ?? null,
    domain: found.domain ?? null,
  };
};

const setUpOf = (page: URL, collector: URL, pageFacts: HostFacts, collectorFacts: HostFacts): SetUp => {
  if (page.host === collector.host) return 'path';
  return pageFacts.site !== null && pageFacts.site === collectorFacts.site ? 'subdomain' : 'foreign';
};

/** What was asked, and what of it set the cookie. */
export interface CookieSearch {
  readonly observations: readonly Observation[];
  /** Why something that was asked set none. */
  readonly misses: readonly string[];
}

/**
 * Opens the page and asks the collector for a visitor id, as the page's script does, and looks for the cookie in both answers.
 *
 * @throws NitkaError `site_unreachable`
 */
export const observe = async (
  { page: pageText, collector: collectorText, cookieName, writeKey }: CookieCheckOptions,
  parts: CookieCheckParts,
): Promise<CookieSearch> => {
  const ask = async (url: URL, init: RequestInit): Promise<Response> => {
    try {
      return await parts.fetch(url, { ...init, signal: AbortSignal.timeout(patience) });
    } catch (error) {
      const { cause, message } = error as Error & { cause?: Error };
      throw new NitkaError('site_unreachable', `${url.origin}: ${cause?.message ?? message}`, {
        cause: error,
      });
    }
  };
  const opened = await ask(new URL(pageText), { headers: { accept: 'text/html' } });
  await opened.body?.cancel();
  // A site may lead to www.
  const page = new URL(opened.url || pageText);
  const collector = new URL(collectorText ?? page.origin);
  const [pageFacts, collectorFacts] = await Promise.all([
    lookUp(parts.resolver, page.hostname),
    lookUp(parts.resolver, collector.hostname),
  ]);
  const observations: Observation[] = [];
  const misses: string[] = [];

  const onPage = cookieIn(opened.headers, cookieName, parts.now());
  const https = page.protocol === 'https:';
  if (onPage)
    observations.push({ setUp: 'backend', page: pageFacts, collector: pageFacts, https, cookie: onPage });
  else misses.push(`${page.href} (${opened.status}) sets no cookie "${cookieName}"`);

  const visitor = new URL(`${collector.href.replace(/\/$/, '')}/v1/visitor`);
  const answer = await ask(visitor, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: page.origin, 'content-type': 'text/plain' },
    body: JSON.stringify({ anonymousId: v7(), ...(writeKey !== null && { writeKey }) }),
  });
  await answer.body?.cancel();
  const sent = cookieIn(answer.headers, cookieName, parts.now());
  const setUp = setUpOf(page, collector, pageFacts, collectorFacts);
  if (sent) {
    observations.push({
      setUp,
      page: pageFacts,
      collector: collectorFacts,
      https: collector.protocol === 'https:',
      cookie: sent,
    });
    const allowed = answer.headers.get('access-control-allow-origin');
    if (
      setUp !== 'path' &&
      (allowed !== page.origin || answer.headers.get('access-control-allow-credentials') !== 'true')
    )
      misses.push(`${visitor.href} does not allow ${page.origin} to use cookies (CORS)`);
  } else misses.push(`${visitor.href} (${answer.status}) sets no cookie "${cookieName}"`);
  return { observations, misses };
};
