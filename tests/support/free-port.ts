import { once } from 'node:events';
import { createServer } from 'node:net';

/** Systems hand out ports for outgoing connections from above: 32768 in Linux, 49152 elsewhere. */
const [lowest, beyond] = [20_000, 32_768];

/**
 * A port for a process that cannot tell which one it got, or that has to find its own again after it was killed.
 *
 * None that the system gave: between the question and the use, and while a killed server is away, any connection of the
 * machine may be given the same one, even one to that server, which then talks to itself.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (beyond - lowest));
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
};
