import { eventTypes } from '@nitka/core';
import type { FastifyInstance } from 'fastify';
import type { Receive } from './batch.ts';

/** The smallest transparent GIF. */
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** Events of mails and of pages without script: always an image, whatever became of the event. */
export const registerPixelRoute = (app: FastifyInstance, receive: Receive): void => {
  for (const prefix of ['/v1', '']) {
    app.get(`${prefix}/pixel/:type`, async (request, reply) => {
      const { type } = request.params as { type: string };
      const { data } = request.query as { data?: unknown };
      const kind = eventTypes.find((known) => known === type);
      if (kind && typeof data === 'string') {
        await receive(request, reply, Buffer.from(data, 'base64'), kind).catch((error: unknown) => {
          request.log.debug({ name: (error as Error).name }, 'pixel refused');
        });
      }
      return reply.type('image/gif').header('cache-control', 'no-store').send(gif);
    });
  }
};
