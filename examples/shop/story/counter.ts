import { createServer, request as open } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One event on its way to the collector. */
export interface SeenEvent {
  readonly messageId: string;
  readonly anonymousId: string | undefined;
}

/**
 * Stands before the collector and writes down which events pass, so that what was sent is not counted by those who
 * sent it: a browser does not even show the requests of a page that is being closed.
 */
export interface Counter {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly SeenEvent[];
  close(): Promise<void>;
}

const eventsIn = (body: Buffer): SeenEvent[] => {
  try {
    return (JSON.parse(body.toString()) as { batch?: SeenEvent[] }).batch ?? [];
  } catch {
    // No batch: the collector will say so.
    return [];
  }
};

export const openCounter = async (toPort: number): Promise<Counter> => {
  const seen: SeenEvent[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      if (request.method === 'POST') seen.push(...eventsIn(body));
      const { method, url: path, headers } = request;
      const onward = open({ host: '127.0.0.1', port: toPort, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
