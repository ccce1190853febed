import cookies from '@fastify/cookie';
import { NitkaError } from '@nitka/core';
import type { Clock } from '@nitka/core';
import fastify, { LogController } from 'fastify';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import type { CollectorConfig } from './config.ts';
import { codeOf, errorBody, retryAfterSeconds, statusOf } from './errors.ts';
import type { Ingest } from './ingest.ts';
import type { Loader } from './loader/loader.ts';
import type { Backpressure } from './plugins/backpressure.ts';
import { registerBody } from './plugins/body.ts';
import { registerCors } from './plugins/cors.ts';
import { registerEventLoopLimit } from './plugins/event-loop.ts';
import type { Metrics } from './plugins/metrics.ts';
import { registerRateLimit } from './plugins/rate-limit.ts';
import { createVisitorCookie } from './plugins/visitor-cookie.ts';
import { createFindSource } from './plugins/write-key.ts';
import { createReceive, registerBatchRoutes } from './routes/batch.ts';
import { registerHealthRoutes } from './routes/health.ts';
import { registerPixelRoute } from './routes/pixel.ts';
import { registerScriptRoute } from './routes/script.ts';
import { registerSettingsRoutes } from './routes/settings.ts';
import { registerVisitorRoutes } from './routes/visitor.ts';
import type { Spool } from './spool/spool.ts';

export interface AppParts {
  readonly ingest: Ingest;
  readonly backpressure: Backpressure;
  readonly spool: Pick<Spool, 'lag'>;
  readonly loader: Pick<Loader, 'troubles'>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Something new is in the spool. */
  readonly onAccepted: () => void;
  readonly logger?: FastifyServerOptions['logger'];
}

/** The HTTP side, ready for `listen` or `inject`. Opens nothing, listens to nothing. */
export const buildApp = async (config: CollectorConfig, parts: AppParts): Promise<FastifyInstance> => {
  const app = fastify({
    logger: parts.logger ?? false,
    // Fastify's own lines have the URL, and with it write keys and pixel data.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.limits.bodyBytes,
    trustProxy:
      config.trustProxy === true ? true : config.trustProxy === false ? false : [...config.trustProxy],
    requestTimeout: 30_000,
    // Answered by the route instead, with a code and Retry-After.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true },
  });

  app.setErrorHandler((error, request, reply) => {
    const code = codeOf(error);
    if (code === 'internal_error') {
      // Messages may quote what they failed on: the frames tell enough.
      const { name, stack = '' } = error as Error;
      request.log.error(
        { name, frames: stack.split('\n').filter((line) => /^\s+at /.test(line)) },
        'request failed',
      );
    }
    const seconds = retryAfterSeconds(code);
    if (seconds !== null) reply.header('retry-after', seconds);
    return reply.code(statusOf(code)).send(errorBody(code));
  });
  app.setNotFoundHandler(() => {
    throw new NitkaError('not_found');
  });
  app.addHook('onResponse', async (request, reply) => {
    parts.metrics.answered(request.routeOptions.url ?? 'none', reply.statusCode);
  });

  registerBody(app);
  await app.register(cookies);
  await registerCors(app, config.sources);
  await registerRateLimit(app, config.limits.requestsPerMinute);
  await registerEventLoopLimit(app, config.limits.eventLoopDelayMs);
  const cookie = createVisitorCookie(config.visitorCookie);
  const findSource = createFindSource(config.sources);
  const receive = createReceive({ ...parts, findSource, cookie });
  registerBatchRoutes(app, receive, config.limits.bodyBytes);
  registerPixelRoute(app, receive);
  registerVisitorRoutes(app, config, cookie, findSource);
  registerSettingsRoutes(app, findSource);
  registerScriptRoute(app, config.script);
  registerHealthRoutes(app, parts);
  app.get('/', async () => ({ name: 'nitka-collector', docs: 'docs/protocol.md' }));
  return app;
};
