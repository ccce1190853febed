import { NitkaError } from '@nitka/core';
import type { FastifyInstance } from 'fastify';
import type { AppParts } from '../app.ts';
import type { IsOperator } from '../plugins/operator.ts';

export interface HealthOptions {
  readonly isOperator: IsOperator;
  /** False where the operator has a listener of his own: then this one tells nothing of the inside. */
  readonly own: boolean;
}

const timeOf = ({ since }: { readonly since: number }): string => new Date(since).toISOString();

/**
 * `/healthz`: the process lives. `/readyz`: it takes events; to the operator it says what keeps the spool from being loaded, and names
 * each destination that lags, and why, but events wait in the spool meanwhile. `/metrics`: Prometheus.
 */
export const registerHealthRoutes = (
  app: FastifyInstance,
  { backpressure, spool, spoolTrouble, loader, metrics, behind }: AppParts,
  { isOperator, own }: HealthOptions,
): void => {
  app.get('/healthz', async () => ({ status: 'ok' }));

  const destinations = () =>
    [...loader.troubles()].map(([name, trouble]) => {
      const age = behind?.(name) ?? null;
      return {
        name,
        waiting: spool.lag(name),
        behindSeconds: age === null ? 0 : Math.round(age / 1000),
        trouble: trouble && {
          // Not its words: they may quote a row.
          code: trouble.kind === 'schema' ? 'destination_schema' : 'destination_unreachable',
          since: timeOf(trouble),
        },
      };
    });

  app.get('/readyz', async (request, reply) => {
    const trouble = spoolTrouble();
    const reason = backpressure.reason() ?? (trouble?.refuses ? trouble.code : null);
    const told = trouble && { code: trouble.code, since: timeOf(trouble) };
    const inside =
      own && isOperator(request) ? { spool: { trouble: told }, destinations: destinations() } : {};
    return reply.code(reason ? 503 : 200).send({ ready: reason === null, reason, ...inside });
  });

  if (!own) return;
  app.get('/metrics', async (request, reply) => {
    if (!isOperator(request)) throw new NitkaError('operator_token_wrong');
    return reply.type(metrics.contentType).send(await metrics.text());
  });
};
