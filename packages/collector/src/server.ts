import fastify, { LogController } from 'fastify';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import type { CollectorConfig } from './config.ts';
import { codeOf, errorBody, statusOf } from './errors.ts';
import { answerClientError } from './plugins/client-error.ts';
import { endIdle } from './plugins/idle.ts';
import { followCertificate, readCertificate } from './tls.ts';

export type Logger = FastifyServerOptions['logger'];

/** Cookies of a whole site come along with each request of a page. */
const headerBytes = 32 * 1024;
/** Milliseconds, and at least as long as two requests may take to arrive. */
const idleFor = 75_000;

/** The bare server: limits of the connection, TLS. Routes, hooks and answers are in app.ts. */
export const createServer = (config: CollectorConfig, logger: Logger): FastifyInstance => {
  const { limits, trustProxy } = config;
  const { tls } = config.listen;
  const requestTimeout = limits.requestSeconds * 1000;
  const connection = {
    maxHeaderSize: headerBytes,
    headersTimeout: Math.min(requestTimeout, 15_000),
    requestTimeout,
    // Node looks for slow clients only so often.
    connectionsCheckingInterval: Math.max(Math.min(requestTimeout / 2, 5000), 100),
  };
  const options = {
    logger: logger ?? false,
    // Fastify's own lines have the URL, and with it write keys and pixel data.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyBytes,
    // Fastify would make a logger for each request, whether it says anything or not.
    childLoggerFactory: (own: unknown) => own,
    trustProxy: typeof trustProxy === 'boolean' ? trustProxy : [...trustProxy],
    requestTimeout,
    // Answered by the route instead, with a code and Retry-After.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: answerClientError,
    // What the router itself cannot read: a broken escape in the path.
    frameworkErrors: (
      error: unknown,
      _request: unknown,
      reply: { code(status: number): { send(body: unknown): void } },
    ) => {
      const code = codeOf(error);
      reply.code(statusOf(code)).send(errorBody(code));
    },
  } as unknown as FastifyServerOptions;
  if (tls === null) return fastify({ ...options, http: connection });
  const https = { ...readCertificate(tls), handshakeTimeout: connection.headersTimeout, allowHTTP1: true };
  const app = (tls.http2
    ? fastify({ ...options, http2: true, https: { ...connection, ...https } } as never)
    : fastify({ ...options, https: { ...connection, ...https } } as never)) as unknown as FastifyInstance;
  followCertificate(app, tls);
  if (tls.http2) {
    const endLooking = endIdle(app.server, Math.max(idleFor, requestTimeout * 2));
    app.addHook('onClose', endLooking);
  }
  return app;
};
