import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { RateLimitError } from '../errors.ts';

const oneMinute = 60_000;
const operatorRoutes = new Set(['/healthz', '/readyz', '/metrics']);

/** Bounds what one address may ask in a minute; 0 does not. Health routes are for the operator's own machines. */
export const registerRateLimit = async (app: FastifyInstance, requestsPerMinute: number): Promise<void> => {
  if (requestsPerMinute === 0) return;
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: oneMinute,
    allowList: (request) => operatorRoutes.has(request.routeOptions.url ?? ''),
    errorResponseBuilder: (_request, { ttl }) => new RateLimitError(ttl),
  });
};
