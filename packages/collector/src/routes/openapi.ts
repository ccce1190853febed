import type { FastifyInstance } from 'fastify';
import { openapi } from '../openapi.ts';

export const registerOpenapiRoute = (app: FastifyInstance, scriptPath: string): void => {
  const text = JSON.stringify(openapi(scriptPath));
  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').header('cache-control', 'public, max-age=3600').send(text),
  );
};
