import type { EventEmitter } from 'node:events';
import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

/**
 * Ends connections of HTTP/2 on which nothing moves: Node ends those of HTTP/1 by itself (keepAliveTimeout), but these never. The session
 * is closed first, which the client is told; a socket that stays although nothing has moved for as long again is destroyed (with libcurl
 * it was seen to outlive a session whose client went away in the middle of a refused body).
 *
 * @returns what ends the looking
 */
export const endIdle = (server: EventEmitter, milliseconds: number): (() => void) => {
  const moved = new Map<Socket, number>();
  server.on('session', (session: ServerHttp2Session) => {
    session.setTimeout(milliseconds, () => session.close());
  });
  server.on('connection', (socket: Socket) => {
    moved.set(socket, -1);
    socket.once('close', () => moved.delete(socket));
  });
  const look = (): void => {
    for (const [socket, before] of moved) {
      const bytes = socket.bytesRead + socket.bytesWritten;
      if (bytes === before) socket.destroy();
      else moved.set(socket, bytes);
    }
  };
  const timer = setInterval(look, milliseconds * 2).unref();
  return () => clearInterval(timer);
};
