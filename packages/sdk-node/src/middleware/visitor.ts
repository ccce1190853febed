import { createVisitorId, isVisitorId, oldestVisitorId } from '@nitka/core';
import { shareInProcess } from '../shared.ts';
import { consentOf, type VisitorConsent } from './consent.ts';
import { cookieValues, setCookie } from './cookies.ts';
import { isDocument, isPrefetch, viewOf, type AnyRequest, type RequestView } from './request.ts';

export type { VisitorConsent } from './consent.ts';

export interface VisitorOptions {
  /** Name of the HttpOnly cookie; the collector's must be the same. @default 'vid' */
  readonly cookieName?: string;
  /** Name of the cookie that the page's script reads; the browser SDK's must be the same. @default 'ntk' */
  readonly scriptCookieName?: string;
  /** Name of the cookie in which the page keeps its session id. @default 'ntk_s' */
  readonly sessionCookieName?: string;
  /** Days; sliding. Browsers allow 400 at most. @default 400 */
  readonly maxAgeDays?: number;
  /** Domain of the HttpOnly cookie. Leave it out for the host alone, which no other host can overwrite. */
  readonly domain?: string;
  /**
   * Whether the cookies are marked Secure. Set it where a proxy ends TLS and the framework does not trust its headers.
   * @default true on https
   */
  readonly secure?: boolean;
  /**
   * What the visitor has agreed to. `pending` reads and sets nothing, `denied` erases. One that throws or gives anything else counts as
   * `pending`, and a warning is written to the console.
   * @default granted
   */
  readonly consent?: (request: never) => VisitorConsent;
}

export interface Visitor {
  /** Null without consent, and for requests that carry no id and are no page's own. */
  readonly anonymousId: string | null;
  readonly sessionId: string | null;
  readonly consent: VisitorConsent;
}

export interface ResolvedVisitor extends Visitor {
  /** Set-Cookie headers. */
  readonly cookies: readonly string[];
}

/** Request → the visitor that a middleware has settled for it, a new one included. */
const known = shareInProcess('visitors.1', () => new WeakMap<object, Visitor>());

export const rememberVisitor = (request: object, visitor: Visitor): void => void known.set(request, visitor);

interface Names {
  readonly server: string;
  readonly script: string;
  readonly session: string;
}

const namesOf = (options: VisitorOptions): Names => ({
  server: options.cookieName ?? 'vid',
  script: options.scriptCookieName ?? 'ntk',
  session: options.sessionCookieName ?? 'ntk_s',
});

/** Two requests of one page at once would make two ids, so only the page's own request makes one. */
const settle = (view: RequestView, candidates: readonly string[]): string | null =>
  oldestVisitorId(candidates) ?? (isDocument(view) && !isPrefetch(view) ? createVisitorId() : null);

/** Finds the visitor of a request and what the answer must set. */
export const resolveVisitor = (request: AnyRequest | Request, options: VisitorOptions): ResolvedVisitor => {
  const view = viewOf(request);
  const names = namesOf(options);
  const consent = consentOf(options.consent, request);
  const header = view.header('cookie') ?? '';
  const isSecure = options.secure ?? view.isHttps;
  const server = { isSecure, isHttpOnly: true, domain: options.domain };
  const script = { isSecure, isHttpOnly: false };
  const ofServer = cookieValues(header, names.server);
  const ofScript = cookieValues(header, names.script);

  if (consent !== 'granted') {
    const cookies = [
      ...(ofServer.length > 0 ? [setCookie(names.server, '', { ...server, maxAgeSeconds: 0 })] : []),
      ...(ofScript.length > 0 ? [setCookie(names.script, '', { ...script, maxAgeSeconds: 0 })] : []),
    ];
    return { anonymousId: null, sessionId: null, consent, cookies: consent === 'denied' ? cookies : [] };
  }

  const anonymousId = settle(view, [...ofServer, ...ofScript]);
  const maxAgeSeconds = (options.maxAgeDays ?? 400) * 86_400;
  const isPage = isDocument(view) && !isPrefetch(view);
  const cookies: string[] = [];
  if (anonymousId && (isPage || !ofServer.includes(anonymousId))) {
    cookies.push(setCookie(names.server, anonymousId, { ...server, maxAgeSeconds }));
  }
  if (anonymousId && isPage && !ofScript.includes(anonymousId)) {
    cookies.push(setCookie(names.script, anonymousId, { ...script, maxAgeSeconds }));
  }
  const sessionId = cookieValues(header, names.session).find(isVisitorId) ?? null;
  return { anonymousId, sessionId, consent, cookies };
};

/** The visitor that a middleware has settled, or the one in the request's cookies. */
export const visitorOf = (request: AnyRequest | Request, options: VisitorOptions = {}): Visitor => {
  const settled = known.get(request);
  if (settled) return settled;
  const names = namesOf(options);
  const header = viewOf(request).header('cookie') ?? '';
  return {
    anonymousId: oldestVisitorId([
      ...cookieValues(header, names.server),
      ...cookieValues(header, names.script),
    ]),
    sessionId: cookieValues(header, names.session).find(isVisitorId) ?? null,
    consent: 'granted',
  };
};
