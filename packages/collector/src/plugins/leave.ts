import { Server as NetServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** Lets connections go without a request being lost. */
export interface Leave {
  /** Takes no new connections, and resolves when the open ones are gone, at the latest after so many milliseconds. */
  leave(milliseconds: number): Promise<void>;
}

/**
 * A connection that is kept open may have its next request on the way when the server closes it, and that request is lost. So the
 * socket is left to whoever listens on it next, each open connection is told `Connection: close` with its next answer, and only what
 * stays idle is closed in the end.
 */
export const registerLeave = (app: FastifyInstance): Leave => {
  let leaving = false;
  let open = 0;
  app.server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (leaving && request.raw.httpVersionMajor === 1) void reply.header('connection', 'close');
    done();
  });
  return {
    async leave(milliseconds) {
      leaving = true;
      // Not the close of http.Server, which ends idle connections at once (Node 19 on).
      NetServer.prototype.close.call(app.server);
      const end = Date.now() + milliseconds;
      while (open > 0 && Date.now() < end) await setTimeout(20);
    },
  };
};
