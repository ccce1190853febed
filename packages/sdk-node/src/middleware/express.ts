import { isShared } from './cookies.ts';
import type { AnyRequest } from './request.ts';
import { rememberVisitor, resolveVisitor, type VisitorOptions } from './visitor.ts';

export type { Visitor, VisitorConsent, VisitorOptions } from './visitor.ts';

/** As much of Node's `ServerResponse` as is needed. */
export interface NodeResponse {
  getHeader(name: string): number | string | string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  writeHead(status: number, ...rest: never[]): unknown;
}

const addCookies = (response: NodeResponse, cookies: readonly string[]): void => {
  const cacheControl = response.getHeader('cache-control');
  if (isShared(cacheControl === undefined ? undefined : String(cacheControl))) return;
  const present = response.getHeader('set-cookie') ?? [];
  response.setHeader('set-cookie', [...[present].flat().map(String), ...cookies]);
};

/**
 * Reads, sets and renews the visitor's HttpOnly cookie on the answers of an Express, Connect or plain Node server: the
 * tier of the visitor id that lives longest. Put it before the routes; `tracker.forRequest(request)` then knows the visitor.
 * An answer that shared caches may keep (`Cache-Control: public`) gets no cookie.
 *
 * @example
 * app.use(visitorCookie({ consent: (request) => (request.cookies.consent === 'no' ? 'denied' : 'granted') }));
 * app.post('/order', (request, response) => {
 *   tracker.forRequest(request).track({ event: 'Order Completed', properties });
 * });
 */
export const visitorCookie =
  (options: VisitorOptions = {}) =>
  (request: AnyRequest, response: NodeResponse, next: () => void): void => {
    const { cookies, ...visitor } = resolveVisitor(request, options);
    rememberVisitor(request, visitor);
    if (cookies.length > 0) {
      const writeHead = response.writeHead.bind(response);
      // Only now is it known whether the answer may be cached: the handlers have run.
      response.writeHead = (...args) => {
        response.writeHead = writeHead;
        addCookies(response, cookies);
        return writeHead(...args);
      };
    }
    next();
  };
