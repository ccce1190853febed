import cors from '@fastify/cors';
import type { FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { SourceConfig } from '../config.ts';
import { isSameHost, judgeOrigin } from '../origins.ts';

/** What the clients in the wild send, and no more (docs/protocol.md): those of Segment, then those of RudderStack. */
const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'X-Retry-Count',
  'AnonymousId',
  'SentAt',
  'Rsa-Recovered',
  'Rsa-Retry-Attempt',
  'Rsa-Retry-Reason',
  'Rsa-Since-First-Attempt',
  'Rsa-Since-Last-Attempt',
];

/**
 * The plugin's hook puts all options together anew for each request, which is a thirtieth of what a request costs. One that comes
 * from no page needs none of them, but for the header by which caches tell it from others.
 */
const onlyForPages = (app: FastifyInstance): FastifyInstance =>
  Object.create(app, {
    addHook: {
      value: (name: 'onRequest', hook: onRequestHookHandler) =>
        app.addHook(name, function (request, reply, done) {
          if (request.headers.origin !== undefined) return hook.call(app, request, reply, done);
          void reply.header('vary', 'Origin');
          done();
        }),
    },
  }) as FastifyInstance;

/**
 * Lets the listed pages read answers and use cookies. A page that is not listed gets no CORS headers at all; its events are
 * refused by the route, since a beacon is sent without a preflight.
 */
export const registerCors = (app: FastifyInstance, sources: readonly SourceConfig[]): Promise<void> => {
  const options: FastifyCorsOptions = {
    hook: 'onRequest',
    delegator: (request: FastifyRequest, callback: (error: null, options: FastifyCorsOptions) => void) => {
      const { origin = '', host } = request.headers;
      const verdict = isSameHost(origin, host) ? 'listed' : judgeOrigin(origin, sources);
      callback(null, {
        origin: verdict === 'refused' ? false : origin,
        credentials: verdict === 'listed',
        methods: ['GET', 'POST', 'DELETE'],
        allowedHeaders,
        exposedHeaders: ['Retry-After'],
        maxAge: 7200,
        strictPreflight: false,
      });
    },
  };
  return new Promise((resolve, reject) => {
    cors(onlyForPages(app), options, (error) => (error ? reject(error) : resolve()));
  });
};
