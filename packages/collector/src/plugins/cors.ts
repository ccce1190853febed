import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
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

/** The plugin copies all options for each request: there are few where it has nothing to say. */
const none = { origin: false };

/**
 * Lets the listed pages read answers and use cookies. A page that is not listed gets no CORS headers at all; its events are
 * refused by the route, since a beacon is sent without a preflight.
 */
export const registerCors = async (app: FastifyInstance, sources: readonly SourceConfig[]): Promise<void> => {
  await app.register(cors, {
    hook: 'onRequest',
    delegator: (request, callback) => {
      const { origin, host } = request.headers;
      const verdict =
        origin === undefined ? 'refused' : isSameHost(origin, host) ? 'listed' : judgeOrigin(origin, sources);
      if (verdict === 'refused') return callback(null, none);
      callback(null, {
        origin: origin!,
        credentials: verdict === 'listed',
        methods: ['GET', 'POST', 'DELETE'],
        allowedHeaders,
        exposedHeaders: ['Retry-After'],
        maxAge: 7200,
        strictPreflight: false,
      });
    },
  });
};
