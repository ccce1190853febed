import { isShared } from './cookies.ts';
import { checkVisitorOptions } from './options.ts';
import type { AnyRequest } from './request.ts';
import { rememberVisitor, resolveVisitor, type VisitorOptions } from './visitor.ts';

export type { Visitor, VisitorConsent, VisitorOptions } from './visitor.ts';

/** As much of Node's `ServerResponse` as is needed. */
export interface NodeResponse {
  getHeader(name: string): number | string | string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  writeHead(status: number, ...rest: never[]): unknown;
}

/** Of the headers that a handler gives to `writeHead` itself, and that go before all others: a list of names and values, or an object. */
const givenHeader = (headers: object, wanted: string): string[] => {
  const pairs = Array.isArray(headers)
    ? headers.flat().flatMap((name, at, flat) => (at % 2 === 0 ? [[name, flat[at + 1]] as const] : []))
    : Object.entries(headers);
  return pairs
    .filter(([name]) => String(name).toLowerCase() === wanted)
    .flatMap(([, value]) => [value].flat().map(String));
};

const withCookies = (headers: object, present: readonly string[], cookies: readonly string[]): object => {
  if (Array.isArray(headers)) {
    const added = cookies.map((cookie) => ['set-cookie', cookie]);
    return Array.isArray(headers[0])
      ? [...(headers as unknown[]), ...added]
      : [...(headers as unknown[]), ...added.flat()];
  }
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'set-cookie');
  return { ...Object.fromEntries(others), 'set-cookie': [...present, ...cookies] };
};

/** @returns the arguments of `writeHead`, cookies included where they cannot be set beforehand */
const addCookies = (
  response: NodeResponse,
  cookies: readonly string[],
  args: readonly unknown[],
): unknown[] => {
  const headers = args.find((each) => typeof each === 'object' && each !== null) ?? {};
  const [cacheControl = response.getHeader('cache-control')] = givenHeader(headers, 'cache-control');
  if (isShared(cacheControl === undefined ? undefined : String(cacheControl))) return [...args];
  const given = givenHeader(headers, 'set-cookie');
  if (given.length > 0)
    return args.map((each) => (each === headers ? withCookies(headers, given, cookies) : each));
  const present = response.getHeader('set-cookie') ?? [];
  response.setHeader('set-cookie', [...[present].flat().map(String), ...cookies]);
  return [...args];
};

/**
 * Reads, sets and renews the visitor's HttpOnly cookie on the answers of an Express, Connect or plain Node server: the
 * tier of the visitor id that lives longest. Put it before the routes; `tracker.forRequest(request)` then knows the visitor.
 * An answer that shared caches may keep (`Cache-Control: public`) gets no cookie.
 *
 * @throws NitkaError `invalid_option`
 * @example
 * const consent = ({ headers }) => (/\bconsent=no\b/.test(headers.cookie ?? '') ? 'denied' : 'granted');
 * app.use(visitorCookie({ consent }));
 * app.post('/order', (request, response) => {
 *   tracker.forRequest(request).track({ event: 'Order Completed', properties });
 * });
 */
export const visitorCookie = (options: VisitorOptions = {}) => {
  checkVisitorOptions(options);
  return (request: AnyRequest, response: NodeResponse, next: () => void): void => {
    const { cookies, ...visitor } = resolveVisitor(request, options);
    rememberVisitor(request, visitor);
    if (cookies.length > 0) {
      const writeHead = response.writeHead.bind(response);
      // Only now is it known whether the answer may be cached: the handlers have run.
      response.writeHead = (...args) => {
        response.writeHead = writeHead;
        return writeHead(...(addCookies(response, cookies, args) as typeof args));
      };
    }
    next();
  };
};
