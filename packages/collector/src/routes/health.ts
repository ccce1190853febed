import type { FastifyInstance } from 'fastify';
import type { AppParts } from '../app.ts';

/** `/healthz`: the process lives. `/readyz`: it takes events; a destination in trouble is named, but events wait in the spool. */
export const registerHealthRoutes = (
  app: FastifyInstance,
  { backpressure, spool, loader, metrics }: AppParts,
): void => {
  app.get('/healthz', async () => ({ status: 'ok' }));

  app.get('/readyz', async (_request, reply) => {
    const reason = backpressure.reason();
    const destinations = [...loader.troubles()].map(([name, trouble]) => ({
      name,
      waiting: spool.lag(name),
      trouble: trouble && { kind: trouble.kind, since: new Date(trouble.since).toISOString() },
    }));
    return reply.code(reason ? 503 : 200).send({ ready: reason === null, reason, destinations });
  });

  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
};
