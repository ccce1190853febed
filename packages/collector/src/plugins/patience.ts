import { constants } from 'node:http2';
import type { Http2ServerRequest } from 'node:http2';
import type { FastifyInstance } from 'fastify';

/** Node cuts a slow request of HTTP/1 off by itself (requestTimeout), but not one stream of an HTTP/2 connection. */
export const registerPatience = (app: FastifyInstance, milliseconds: number): void => {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.raw.httpVersionMajor === 2) {
      const { stream } = request.raw as unknown as Http2ServerRequest;
      const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), milliseconds).unref();
      reply.raw.once('close', () => clearTimeout(timer));
    }
    done();
  });
};
