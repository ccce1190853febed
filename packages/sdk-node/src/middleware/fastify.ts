import { isShared } from './cookies.ts';
import { checkVisitorOptions } from './options.ts';
import type { AnyRequest } from './request.ts';
import { rememberVisitor, resolveVisitor, type VisitorOptions } from './visitor.ts';

export type { Visitor, VisitorConsent, VisitorOptions } from './visitor.ts';

interface FastifyLikeRequest extends AnyRequest {
  readonly raw: object;
}

interface FastifyLikeReply {
  header(name: string, value: string): unknown;
  getHeader(name: string): number | string | string[] | undefined;
}

/** A Fastify instance of any version and any type parameters: only its hooks are used. */
export interface FastifyLike {
  readonly addHook: (...args: never[]) => unknown;
}

interface Hooks {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyLikeRequest, reply: FastifyLikeReply, done: () => void) => void,
  ): unknown;
  addHook(
    name: 'onSend',
    hook: (
      request: FastifyLikeRequest,
      reply: FastifyLikeReply,
      payload: unknown,
      done: (error: null, payload: unknown) => void,
    ) => void,
  ): unknown;
}

/**
 * Reads, sets and renews the visitor's HttpOnly cookie on the answers of a Fastify app: the tier of the visitor id that
 * lives longest. Call it on the instance whose routes are meant, before they are added. `tracker.forRequest(request)` then
 * knows the visitor. An answer that shared caches may keep (`Cache-Control: public`) gets no cookie.
 *
 * @throws NitkaError `invalid_option`
 * @example
 * visitorCookie(app, { secure: true });
 * app.post('/order', (request) => tracker.forRequest(request).track({ event: 'Order Completed', properties }));
 */
export const visitorCookie = (app: FastifyLike, options: VisitorOptions = {}): void => {
  checkVisitorOptions(options);
  const waiting = new WeakMap<object, readonly string[]>();
  const hooks = app as unknown as Hooks;
  hooks.addHook('onRequest', (request, _reply, done) => {
    const { cookies, ...visitor } = resolveVisitor(request, options);
    rememberVisitor(request, visitor);
    rememberVisitor(request.raw, visitor);
    waiting.set(request, cookies);
    done();
  });
  hooks.addHook('onSend', (request, reply, payload, done) => {
    const cacheControl = reply.getHeader('cache-control');
    if (!isShared(cacheControl === undefined ? undefined : String(cacheControl))) {
      // Fastify gathers several headers of this one name.
      for (const cookie of waiting.get(request) ?? []) reply.header('set-cookie', cookie);
    }
    done(null, payload);
  });
};
