import { NitkaError } from '@nitka/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { keyOfRequest } from '../plugins/write-key.ts';
import type { FindSource } from '../plugins/write-key.ts';

const allowAll = { __default: { enabled: true, integrations: {} } };

/** What clients of Segment and RudderStack ask before they send: where to, and that nothing else is switched on. */
export const registerSettingsRoutes = (app: FastifyInstance, findSource: FindSource): void => {
  const host = (request: FastifyRequest): string => request.host;

  for (const prefix of ['/v1', '']) {
    app.get(`${prefix}/projects/:writeKey/settings`, async (request) => {
      const { writeKey } = request.params as { writeKey: string };
      if (!findSource(writeKey)) throw new NitkaError('unknown_write_key');
      return {
        integrations: {
          'Segment.io': {
            apiKey: writeKey,
            apiHost: `${host(request)}/v1`,
            protocol: request.protocol,
            unbundledIntegrations: [],
          },
        },
        plan: { track: allowAll, identify: allowAll, group: allowAll },
        edgeFunction: {},
        analyticsNextEnabled: true,
        middlewareSettings: {},
        enabledMiddleware: {},
        metrics: { sampleRate: 0 },
        remotePlugins: [],
      };
    });
  }

  app.get('/sourceConfig', async (request) => {
    const key = keyOfRequest(request);
    const source = findSource(key);
    if (!source) throw new NitkaError('unknown_write_key');
    return {
      source: {
        id: source.name,
        name: source.name,
        writeKey: key,
        enabled: true,
        config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
        destinations: [],
        connections: [],
      },
    };
  });
};
