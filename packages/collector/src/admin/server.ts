import { chmod, unlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { NitkaError } from '@nitka/core';
import { withCode } from '../system-fault.ts';

/** One command of the admin socket: JSON in, JSON out. */
export type AdminCommand = (input: Readonly<Record<string, unknown>>) => Promise<unknown>;

export interface AdminServer {
  close(): Promise<void>;
}

const maxInput = 1024 * 1024;

const isAlive = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const listen = (server: Server, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });

/**
 * Listens for the operator's commands, and by that owns the data folder: the kernel accepts a connection as long as the owner lives,
 * however busy it is, and refuses one when it is gone, `kill -9` included. A process id in a file can do neither.
 *
 * @throws NitkaError `spool_in_use` if another process has the folder
 */
export const startAdminServer = async (
  address: string,
  commands: Readonly<Record<string, AdminCommand>>,
): Promise<AdminServer> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxInput) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const command = commands[(request.url ?? '').slice(1)];
      void Promise.resolve()
        .then(() => {
          if (!command) throw new NitkaError('not_found');
          return command(
            JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>,
          );
        })
        .then(
          (result) => response.end(JSON.stringify({ result })),
          (error: unknown) => {
            const known = withCode(error);
            const { code, detail } =
              known instanceof NitkaError ? known : { code: 'internal_error', detail: String(known) };
            response.statusCode = 400;
            response.end(JSON.stringify({ code, detail }));
          },
        );
    });
  });
  try {
    await listen(server, address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (await isAlive(address)) throw new NitkaError('spool_in_use');
    await unlink(address);
    await listen(server, address);
  }
  if (process.platform !== 'win32') await chmod(address, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
