import type { FastifyInstance } from 'fastify';

/** https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html: the first socket that was handed over. */
const firstInherited = 3;

/** The socket that systemd, or whoever started this process, has opened for it; null if there is none. */
export const inheritedSocket = (
  environment: NodeJS.ProcessEnv = process.env,
  pid = process.pid,
): number | null => {
  const { LISTEN_FDS: count, LISTEN_PID: owner } = environment;
  return Number(owner) === pid && Number(count) >= 1 ? firstInherited : null;
};

/** Listens; resolves with the port. */
export const listenOn = async (
  app: FastifyInstance,
  address: { readonly host: string; readonly port: number },
  inherited: number | null = null,
): Promise<number> => {
  if (inherited === null) {
    await app.listen({ host: address.host, port: address.port });
  } else {
    await app.ready();
    await new Promise<void>((resolve, reject) => {
      app.server.once('error', reject);
      app.server.listen({ fd: inherited }, () => {
        app.server.off('error', reject);
        resolve();
      });
    });
  }
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  if (inherited !== null) app.log.info({ port }, `Server listening at an inherited socket, port ${port}`);
  return port;
};
