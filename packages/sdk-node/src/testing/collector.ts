import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TrackingEvent } from '@nitka/core';
import { answerBody, readRequest, usualAnswer, type Answering, type ReceivedRequest } from './received.ts';

export interface TestCollector {
  /** Give it to the tracker: then no port is opened. */
  readonly fetch: typeof fetch;
  /** Give it to the tracker beside `fetch`; or the address of {@link TestCollector.listen}. */
  readonly endpoint: string;
  readonly writeKey: string;
  /** Every event that was answered with 200, copies included, in the order of arrival. */
  readonly events: readonly TrackingEvent[];
  /** Every request, failed ones included. */
  readonly requests: readonly ReceivedRequest[];
  /** The events of one name (`track`, `page`, `screen`) or type. */
  named(name: string): TrackingEvent[];
  /** MessageIds that arrived more than once. */
  duplicates(): string[];
  /**
   * How the next requests are answered; without an argument: as usual.
   * @example collector.answer(() => ({ status: 503, headers: { 'retry-after': '1' } }))
   */
  answer(answering?: Answering): void;
  /** Resolves once so many different events have arrived. @throws Error after `timeout` milliseconds, default 5000 */
  arrived(count: number, options?: { readonly timeout?: number }): Promise<readonly TrackingEvent[]>;
  /** Opens a port on 127.0.0.1, for trackers in other processes. Returns the address. */
  listen(port?: number): Promise<string>;
  /** Closes the port, connections included. */
  close(): Promise<void>;
}

export interface TestCollectorOptions {
  /** @default 'test-key' */
  readonly writeKey?: string;
}

const readAll = async (request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new Uint8Array(Buffer.concat(chunks));
};

const plainHeaders = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));

/**
 * A collector in memory to assert on.
 *
 * @example
 * const collector = createTestCollector();
 * const tracker = createTracker({ writeKey: collector.writeKey, endpoint: collector.endpoint, fetch: collector.fetch });
 * tracker.track({ userId: '42', event: 'Order Completed' });
 * await tracker.flush();
 * expect(collector.named('Order Completed')).toHaveLength(1);
 */
export const createTestCollector = ({ writeKey = 'test-key' }: TestCollectorOptions = {}): TestCollector => {
  const events: TrackingEvent[] = [];
  const requests: ReceivedRequest[] = [];
  let answering = usualAnswer(writeKey);
  let server: Server | undefined;
  const onArrival = new Set<() => void>();

  const receive = async (path: string, headers: Record<string, string>, bytes: Uint8Array<ArrayBuffer>) => {
    const received = await readRequest(path, headers, bytes);
    requests.push(received);
    const answer = await answering(received);
    if (answer.status === 200) events.push(...received.events);
    for (const look of onArrival) look();
    return answer;
  };

  const serve = (): Server =>
    createServer((request, response) => {
      void (async () => {
        try {
          const answer = await receive(request.url ?? '/', plainHeaders(request), await readAll(request));
          response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
          response.end(answerBody(answer));
        } catch {
          response.destroy();
        }
      })();
    });

  const distinct = (): number => new Set(events.map((event) => event.messageId)).size;

  return {
    endpoint: 'http://collector.test',
    writeKey,
    events,
    requests,

    async fetch(input, init) {
      const request = new Request(input, init);
      const bytes = new Uint8Array(await request.arrayBuffer());
      const answer = await receive(new URL(request.url).pathname, Object.fromEntries(request.headers), bytes);
      return new Response(answerBody(answer), { status: answer.status, headers: answer.headers ?? {} });
    },

    named: (name) =>
      events.filter((event) => event.event === name || event.name === name || event.type === name),

    duplicates() {
      const seen = new Set<string>();
      return events.map((event) => event.messageId).filter((id) => seen.size === seen.add(id).size);
    },

    answer(next) {
      answering = next ?? usualAnswer(writeKey);
    },

    arrived: (count, { timeout = 5000 } = {}) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          clearTimeout(timer);
          onArrival.delete(look);
        };
        const look = (): void => {
          if (distinct() < count) return;
          stop();
          resolve(events);
        };
        const timer = setTimeout(() => {
          stop();
          reject(new Error(`${distinct()} of ${count} events arrived in ${timeout} ms`));
        }, timeout);
        onArrival.add(look);
        look();
      }),

    async listen(port = 0) {
      const opened = serve();
      server = opened;
      await new Promise<void>((resolve, reject) => {
        opened.once('error', reject).listen(port, '127.0.0.1', resolve);
      });
      return `http://127.0.0.1:${(opened.address() as AddressInfo).port}`;
    },

    async close() {
      const closing = server;
      server = undefined;
      if (!closing) return;
      await new Promise<void>((resolve) => {
        closing.close(() => resolve());
        closing.closeAllConnections();
      });
    },
  };
};
