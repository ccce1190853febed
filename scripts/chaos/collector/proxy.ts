import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** What the network does to whoever goes through it. */
export type Weather =
  | { readonly kind: 'fine' }
  /** Connections break, new ones are refused. */
  | { readonly kind: 'cut' }
  /** Each piece comes so many milliseconds later. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** Connections stay open, and nothing comes through either way. */
  | { readonly kind: 'hole' }
  /** Each connection breaks after so many bytes of the client's: requests are torn in their middle. */
  | { readonly kind: 'torn'; readonly bytes: number }
  /** What has `marker` in it goes through; at its answer the connection breaks. The work is done, and nobody is told. */
  | { readonly kind: 'deaf'; readonly marker: string };

export interface Proxy {
  readonly port: number;
  setWeather(weather: Weather): void;
  /** Answers that were withheld. */
  swallowed(): number;
  close(): Promise<void>;
}

/** A TCP proxy in front of a port that may change. @param target 0 if nothing listens now */
export const startProxy = async (target: () => number): Promise<Proxy> => {
  let weather: Weather = { kind: 'fine' };
  let swallowed = 0;
  const clients = new Set<Socket>();

  const join = (client: Socket): void => {
    if (weather.kind === 'cut' || target() === 0) return void client.resetAndDestroy();
    const server = connect(target(), '127.0.0.1');
    let sent = 0;
    let isMarked = false;
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    // What comes later must not overtake what is still on its way.
    const late = { up: 0, down: 0 };
    const pass = (to: Socket, piece: Buffer, way: 'up' | 'down'): void => {
      if (weather.kind === 'hole') return;
      const now = Date.now();
      late[way] = Math.max(late[way], weather.kind === 'slow' ? now + weather.milliseconds : now);
      if (late[way] <= now) to.write(piece);
      else setTimeout(() => void (to.destroyed || to.write(piece)), late[way] - now);
    };
    client.setNoDelay(true);
    server.setNoDelay(true);
    client.on('data', (piece: Buffer) => {
      if (weather.kind === 'torn') {
        const rest = Math.max(0, weather.bytes - sent);
        if (piece.length > rest)
          return void server.write(piece.subarray(0, rest), () => client.resetAndDestroy());
      }
      sent += piece.length;
      if (weather.kind === 'deaf' && piece.includes(weather.marker)) isMarked = true;
      pass(server, piece, 'up');
    });
    server.on('data', (piece: Buffer) => {
      if (isMarked) {
        swallowed += 1;
        return client.resetAndDestroy();
      }
      pass(client, piece, 'down');
    });
    clients.add(client);
    client.on('close', () => {
      clients.delete(client);
      server.destroy();
    });
    server.on('close', () => client.destroy());
    client.on('error', end);
    server.on('error', end);
    client.on('end', () => server.end());
  };

  const server = createServer({ allowHalfOpen: true }, join);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakAll = (): void => {
    for (const client of clients) client.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    setWeather(next) {
      // Whoever sits in a hole would never find out that it is gone.
      if (next.kind === 'cut' || weather.kind === 'hole') breakAll();
      weather = next;
    },
    swallowed: () => swallowed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        breakAll();
      }),
  };
};
