import { Server as NetServer } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** Lets connections go without a request being lost. */
export interface Leave {
  /** Takes no new connections, and resolves when the open ones are gone, at the latest after so many milliseconds. */
  leave(milliseconds: number): Promise<void>;
  /**
   * Ends, after so many milliseconds, what is still open then. The close of a server waits for every connection, and one of HTTP/2 whose
   * client went away in the middle of a refused body may never end by itself (seen with libcurl: its session is gone, its socket stays).
   */
  cutAfter(milliseconds: number): void;
}

/**
 * A connection that is kept open may have its next request on the way when the server closes it, and that request is lost. So the
 * socket is left to whoever listens on it next, each open connection is told `Connection: close` with its next answer, and only what
 * stays idle is closed in the end.
 */
export const registerLeave = (app: FastifyInstance): Leave => {
  let leaving = false;
  const open = new Set<Socket>();
  app.server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
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
      while (open.size > 0 && Date.now() < end) await delay(20);
    },
    cutAfter(milliseconds) {
      setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, milliseconds).unref();
    },
  };
};
