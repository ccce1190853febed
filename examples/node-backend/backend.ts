import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createTracker, messageIdFrom } from '@nitka/node';

export interface BackendOptions {
  /** Address of the collector. */
  readonly endpoint: string;
  /** Secret write key of a `server` source. */
  readonly writeKey: string;
}

interface Login {
  readonly userId: string;
  readonly email: string;
}

interface Order {
  readonly userId: string;
  readonly number: string;
  /** A decimal text: money is no floating-point number. */
  readonly total: string;
}

const bodyOf = async <Body>(request: IncomingMessage): Promise<Body> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Body;
};

/** A backend with two routes, not yet listening. Its tracker is closed with it. */
export const createBackend = (options: BackendOptions): Server => {
  const tracker = createTracker(options);

  const routes: Record<string, (request: IncomingMessage) => Promise<void>> = {
    async 'POST /login'(request) {
      const { userId, email } = await bodyOf<Login>(request);
      tracker.identify({ userId, email });
    },
    async 'POST /orders'(request) {
      const { userId, number, total } = await bodyOf<Order>(request);
      tracker.track({
        event: 'Order Completed',
        // The client repeats its request when the answer was lost: the order still counts once.
        messageId: messageIdFrom('order', number),
        userId,
        properties: { order_id: number, total, currency: 'RUB' },
      });
    },
  };

  const server = createServer((request, response) => {
    const route = routes[`${request.method} ${request.url}`];
    if (!route) return void response.writeHead(404).end();
    // Tracking returns at once: an answer never waits for the collector.
    route(request).then(
      () => response.writeHead(204).end(),
      () => response.writeHead(400).end(),
    );
  });
  server.on('close', () => void tracker.close());
  return server;
};
