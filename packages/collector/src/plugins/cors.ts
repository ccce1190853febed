import cors from '@fastify/cors';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import type { SourceConfig } from '../config.ts';
import { isSameHost, judgeOrigin } from '../origins.ts';
import type { OriginVerdict } from '../origins.ts';

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
 * Lets the listed pages read answers and use cookies. A page that is not listed gets no CORS headers at all; its events are
 * refused by the route, since a beacon is sent without a preflight.
 *
 * The plugin is asked about pages that are let in alone, and has the options that all of these share: options that depend on the request
 * it would copy and complete at each one, for a twelfth of the time that a request takes of this thread.
 */
export const registerCors = (app: FastifyInstance, sources: readonly SourceConfig[]): void => {
  const verdictOn = ({ origin, host }: IncomingHttpHeaders): OriginVerdict =>
    origin === undefined ? 'refused' : isSameHost(origin, host) ? 'listed' : judgeOrigin(origin, sources);

  const forPages = Object.create(app, {
    addHook: {
      value: (name: 'onRequest', hook: onRequestHookHandler) =>
        app.addHook(name, (request, reply, done) => {
          const verdict = verdictOn(request.headers);
          if (verdict === 'refused') {
            void reply.header('vary', 'Origin');
            return done();
          }
          if (verdict === 'listed') void reply.header('access-control-allow-credentials', 'true');
          return hook.call(app, request, reply, done);
        }),
    },
  }) as FastifyInstance;
  cors(
    forPages,
    {
      hook: 'onRequest',
      origin: true,
      methods: ['GET', 'POST', 'DELETE'],
      allowedHeaders,
      exposedHeaders: ['Retry-After'],
      maxAge: 7200,
      strictPreflight: false,
    },
    (error) => {
      if (error) throw error;
    },
  );
};
