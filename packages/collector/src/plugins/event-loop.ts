import underPressure from '@fastify/under-pressure';
import { NitkaError } from '@nitka/core';
import type { FastifyInstance } from 'fastify';

const operatorRoutes = new Set(['/healthz', '/readyz', '/metrics']);

/** Puts requests off while the process is so busy that they would wait for longer than this many milliseconds; 0 does not. */
export const registerEventLoopLimit = async (app: FastifyInstance, maxDelayMs: number): Promise<void> => {
  if (maxDelayMs === 0) return;
  await app.register(underPressure, {
    maxEventLoopDelay: maxDelayMs,
    pressureHandler: (request) => {
      if (!operatorRoutes.has(request.routeOptions.url ?? '')) throw new NitkaError('overloaded');
    },
  });
};
