import { isShared } from './cookies.ts';
import { checkVisitorOptions } from './options.ts';
import { rememberVisitor, resolveVisitor, type Visitor, type VisitorOptions } from './visitor.ts';

export type { Visitor, VisitorConsent, VisitorOptions } from './visitor.ts';

export interface OpenVisitor {
  readonly visitor: Visitor;
  /** The answer with the visitor's cookies; the same answer if shared caches may keep it, or there is nothing to set. */
  apply(response: Response): Response;
}

/**
 * The visitor of a Web `Request` (Next.js, Hono, Remix, workers …) and what sets and renews the HttpOnly cookie on its
 * `Response`. `tracker.forRequest(request)` then knows the visitor.
 *
 * @throws NitkaError `invalid_option`
 * @example
 * export const middleware = (request) => openVisitor(request).apply(NextResponse.next());
 */
export const openVisitor = (request: Request, options: VisitorOptions = {}): OpenVisitor => {
  checkVisitorOptions(options);
  const { cookies, ...visitor } = resolveVisitor(request, options);
  rememberVisitor(request, visitor);
  return {
    visitor,
    apply(response) {
      if (cookies.length === 0 || isShared(response.headers.get('cache-control'))) return response;
      const add = (headers: Headers): void =>
        cookies.forEach((cookie) => headers.append('set-cookie', cookie));
      try {
        add(response.headers);
        return response;
      } catch {
        // The headers of a fetched answer cannot be changed: https://fetch.spec.whatwg.org/#headers-guard
        const copy = new Response(response.body, response);
        add(copy.headers);
        return copy;
      }
    },
  };
};

/**
 * Wraps a handler of `Request` → `Response`.
 *
 * @example export default { fetch: withVisitor((request) => render(request)) };
 */
export const withVisitor =
  <Args extends readonly unknown[]>(
    handler: (request: Request, ...args: Args) => Response | Promise<Response>,
    options: VisitorOptions = {},
  ) =>
  async (request: Request, ...args: Args): Promise<Response> => {
    const { apply } = openVisitor(request, options);
    return apply(await handler(request, ...args));
  };
