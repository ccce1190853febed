import cookies from '@fastify/cookie';
import { NitkaError } from '@nitka/core';
import type { Clock } from '@nitka/core';
import type { FastifyInstance } from 'fastify';
import type { CollectorConfig } from './config.ts';
import { codeOf, errorBody, retryAfterSeconds, statusOf } from './errors.ts';
import type { Ingest } from './ingest.ts';
import type { Loader } from './loader/loader.ts';
import type { Backpressure } from './plugins/backpressure.ts';
import { registerBody } from './plugins/body.ts';
import { registerCors } from './plugins/cors.ts';
import { registerEventLoopLimit } from './plugins/event-loop.ts';
import { answerAndLinger, isArriving } from './plugins/linger.ts';
import type { Metrics } from './plugins/metrics.ts';
import { createKeyLimit } from './plugins/key-limit.ts';
import { createIsOperator } from './plugins/operator.ts';
import { registerPatience } from './plugins/patience.ts';
import { registerRateLimit } from './plugins/rate-limit.ts';
import { registerSecurityHeaders } from './plugins/security-headers.ts';
import { createVisitorCookie } from './plugins/visitor-cookie.ts';
import { createFindSource } from './plugins/write-key.ts';
import { createReception } from './reception.ts';
import type { Reception, ReceptionParts } from './reception.ts';
import { createReceive, registerBatchRoutes } from './routes/batch.ts';
import { registerHealthRoutes } from './routes/health.ts';
import { registerOpenapiRoute } from './routes/openapi.ts';
import { registerPixelRoute } from './routes/pixel.ts';
import { registerScriptRoute } from './routes/script.ts';
import { registerSettingsRoutes } from './routes/settings.ts';
import { registerVisitorRoutes } from './routes/visitor.ts';
import { createServer } from './server.ts';
import { createTurns } from './turns.ts';
import type { Logger } from './server.ts';
import type { Spool } from './spool/spool.ts';
import type { SpoolTrouble } from './trouble.ts';

export interface AppParts {
  readonly ingest: Ingest;
  /** What judges events in other threads; given what does it in this one. @default events are judged in this one */
  readonly receptionOf?: (own: Reception, parts: Pick<ReceptionParts, 'countRequest'>) => Reception;
  readonly backpressure: Backpressure;
  readonly spool: Pick<Spool, 'lag'>;
  readonly loader: Pick<Loader, 'troubles'>;
  readonly metrics: Metrics;
  /** Null while what is accepted can be loaded. */
  readonly spoolTrouble: () => SpoolTrouble | null;
  readonly clock: Clock;
  /** Something new is in the spool. */
  readonly onAccepted: () => void;
  readonly logger?: Logger;
  /** How old what waits for a destination is, milliseconds; null if nothing does. */
  readonly behind?: (destination: string) => number | null;
}

const registerErrors = (app: FastifyInstance): void => {
  app.setErrorHandler((error, request, reply) => {
    const code = codeOf(error);
    if (code === 'internal_error') {
      // Messages may quote what they failed on: the frames tell enough.
      const { name, stack = '' } = error as Error;
      request.log.error(
        { reqId: request.id, name, frames: stack.split('\n').filter((line) => /^\s+at /.test(line)) },
        'request failed',
      );
    }
    const seconds = retryAfterSeconds(code, error);
    if (seconds !== null) reply.header('retry-after', seconds);
    reply.code(statusOf(code));
    if (code === 'body_too_large' && isArriving(request))
      return answerAndLinger(request, reply, errorBody(code));
    return reply.send(errorBody(code));
  });
  app.setNotFoundHandler(() => {
    throw new NitkaError('not_found');
  });
};

/** What the operator alone reaches, on a listener of its own. */
export const buildOperatorApp = async (
  config: CollectorConfig,
  parts: AppParts,
): Promise<FastifyInstance> => {
  const plain = { ...config, listen: { ...config.listen, tls: null } };
  const app = createServer(plain, parts.logger);
  registerErrors(app);
  registerSecurityHeaders(app, false);
  const isOperator = createIsOperator(config.operator.tokenSha256);
  registerHealthRoutes(app, parts, { isOperator, own: true });
  return app;
};

/**
 * Bodies that are judged in one turn of the event loop: about ten milliseconds. The fewer, the more often the thread that writes the log
 * wakes up and takes the processor from this one: with a quarter of it 6 % fewer events a second, 20 in a body, on two processors.
 */
const bytesInTurn = 512 * 1024;

const inTurns = (reception: Reception): Reception => {
  const turns = createTurns(bytesInTurn, setImmediate);
  return (delivery) => turns.wait(delivery.raw.length).then(() => reception(delivery));
};

/** The HTTP side, ready for `listen` or `inject`. Opens nothing, listens to nothing. */
export const buildApp = async (config: CollectorConfig, parts: AppParts): Promise<FastifyInstance> => {
  const app = createServer(config, parts.logger);
  registerErrors(app);
  app.addHook('onResponse', (request, reply, done) => {
    parts.metrics.answered(request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime);
    done();
  });

  registerSecurityHeaders(app, config.listen.tls !== null);
  registerPatience(app, config.limits.requestSeconds * 1000);
  registerBody(app);
  await app.register(cookies);
  registerCors(app, config.sources);
  await registerRateLimit(app, config.limits.requestsPerMinute);
  await registerEventLoopLimit(app, config.limits.eventLoopDelayMs);
  const { operator } = config;
  const isOperator = createIsOperator(operator.tokenSha256);
  const cookie = createVisitorCookie(config.visitorCookie);
  const findSource = createFindSource(config.sources);
  const countRequest = createKeyLimit(parts.clock.now);
  const own = inTurns(createReception({ ingest: parts.ingest, findSource, countRequest }));
  const reception = parts.receptionOf?.(own, { countRequest }) ?? own;
  const receive = createReceive({ ...parts, reception, cookie });
  registerBatchRoutes(app, receive, config.limits.bodyBytes);
  registerPixelRoute(app, receive);
  registerVisitorRoutes(app, config, cookie, findSource);
  registerSettingsRoutes(app, findSource);
  registerScriptRoute(app, config.script);
  registerHealthRoutes(app, parts, { isOperator, own: operator.listen === null });
  registerOpenapiRoute(app, config.script.path);
  app.get('/', async () => ({ name: 'nitka-collector', docs: '/openapi.json' }));
  return app;
};
