import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeBody } from './decode.ts';
import type { Posted } from './decode.ts';
import type { Arrival, Place, Reply, Subject } from './subjects/subject.ts';

/** What happens to a request with events. `swallow`: it is taken, and the connection breaks before the answer. */
export type Fault = 'none' | 'unavailable' | 'reset' | 'swallow';

export interface TakenRequest {
  /** Milliseconds, monotonic. */
  readonly at: number;
  /** Test events in it. */
  readonly count: number;
  readonly bytes: number;
}

/** One subject in one run: a host name of its own, so that nothing of another run is in its storage. */
export interface Lane extends Place {
  readonly subject: Subject;
  url(path: string): string;
  /** Decides the fate of the n-th request with events, n from 1. */
  fault: (ordinal: number) => Fault;
  /** Test events by mark, one entry a copy. */
  readonly arrivals: Map<string, Arrival[]>;
  readonly requests: TakenRequest[];
  /** Requests with events that were read, whatever events those are. */
  taken: number;
  /** Bytes of each script that pages loaded. */
  readonly scripts: Map<string, Buffer>;
  /** What the server did not understand, for whoever adds a subject. */
  readonly unknown: Set<string>;
  /** When the last test event arrived, or the lane was made. */
  lastArrival: number;
}

export interface BenchServer {
  lane(subject: Subject): Lane;
  close(): Promise<void>;
}

const page = (head: string): string =>
  `<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Квартиры</title>${head}</head>` +
  '<body><h1>Квартиры у парка</h1><a href="/away">К списку</a><form><input name="phone"></form></body></html>';

/** What an installation of the library adds so that each page is counted, as soon as it has started. */
const pageView = (call: string): string =>
  `<script>{ const timer = setInterval(() => { if (bench.ready()) { clearInterval(timer); ${call}; } }, 20); }</script>`;

// Cross-origin isolation lets performance.now() count in steps of 5 µs instead of 100.
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const read = async (lane: Lane, request: IncomingMessage): Promise<Posted> => {
  const address = new URL(request.url ?? '/', lane.origin);
  return {
    path: address.pathname,
    query: address.searchParams,
    body: await readBody(request),
    method: request.method ?? 'GET',
    headers: request.headers,
  };
};

const send = (response: ServerResponse, { status = 200, headers = {}, body = '' }: Reply): void => {
  response.writeHead(status, { 'cache-control': 'no-store', ...headers });
  response.end(body);
};

const scriptOf = (subject: Subject, path: string): URL | undefined => {
  const exact = subject.scripts[path];
  if (exact) return exact;
  const folder = Object.keys(subject.scripts)
    .filter((key) => key.endsWith('/') && path.startsWith(key))
    .toSorted((a, b) => b.length - a.length)[0];
  if (folder === undefined || path.includes('..')) return undefined;
  return new URL(path.slice(folder.length), subject.scripts[folder]);
};

/** Serves the pages of every subject and speaks each one's protocol, well or badly, on one loopback port. */
export const startBenchServer = async (): Promise<BenchServer> => {
  const lanes = new Map<string, Lane>();

  const serveScript = async (
    lane: Lane,
    path: string,
    file: URL,
    response: ServerResponse,
  ): Promise<void> => {
    const bytes = await readFile(file).catch(() => null);
    if (bytes === null) {
      lane.unknown.add(`GET ${path}`);
      return send(response, { status: 404 });
    }
    const rewrite = lane.subject.rewrite;
    const body = rewrite ? Buffer.from(rewrite(bytes.toString('utf8'))) : bytes;
    lane.scripts.set(path, body);
    // Compiled code is not kept between runs: each page load is a first one.
    response.writeHead(200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(body);
  };

  const record = (lane: Lane, posted: Posted): void => {
    const body = decodeBody(posted);
    if (body === undefined) {
      lane.unknown.add(`no JSON in ${posted.path}`);
      return;
    }
    const found = lane.subject.events(body).filter((arrival) => arrival.mark !== '');
    for (const arrival of found) {
      const copies = lane.arrivals.get(arrival.mark);
      if (copies) copies.push(arrival);
      else lane.arrivals.set(arrival.mark, [arrival]);
    }
    if (found.length > 0) {
      lane.lastArrival = performance.now();
      lane.requests.push({ at: lane.lastArrival, count: found.length, bytes: posted.body.length });
    }
  };

  const ordinals = new Map<Lane, number>();

  const takeEvents = async (
    lane: Lane,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const ordinal = (ordinals.get(lane) ?? 0) + 1;
    ordinals.set(lane, ordinal);
    const fault = lane.fault(ordinal);
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    const posted = await read(lane, request);
    // A browser repeats by itself what breaks on a connection used before; fresh ones show what the library does.
    response.setHeader('connection', 'close');
    if (fault === 'unavailable') return send(response, { status: 503, body: 'unavailable' });
    lane.taken++;
    record(lane, posted);
    const reply = await lane.subject.taken(posted, lane);
    if (fault === 'swallow') return void request.socket.resetAndDestroy();
    send(response, reply);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const lane = lanes.get(request.headers.host ?? '');
    if (!lane) return send(response, { status: 404 });
    const path = new URL(request.url ?? '/', lane.origin).pathname;
    if (path === '/') return send(response, { headers: pageHeaders, body: page(lane.subject.head(lane)) });
    if (path === '/first') {
      const { head, pageView: call } = lane.subject;
      return send(response, {
        headers: pageHeaders,
        body: page(head(lane) + (call === undefined ? '' : pageView(call))),
      });
    }
    if (path === '/floor' || path === '/away')
      return send(response, { headers: pageHeaders, body: page('') });
    if (path === '/favicon.ico') return send(response, { status: 204 });
    const script = request.method === 'GET' ? scriptOf(lane.subject, path) : undefined;
    if (script) return serveScript(lane, path, script, response);
    if (lane.subject.isDelivery(path)) return takeEvents(lane, request, response);
    const reply = await lane.subject.answer?.(path, lane, await read(lane, request));
    if (!reply) lane.unknown.add(`${request.method} ${path}`);
    send(response, reply ?? { status: 404 });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let made = 0;

  return {
    lane(subject) {
      const host = `${subject.name}-${++made}.localhost:${port}`;
      const origin = `http://${host}`;
      const lane: Lane = {
        subject,
        host,
        origin,
        url: (path) => origin + path,
        fault: () => 'none',
        arrivals: new Map(),
        requests: [],
        taken: 0,
        scripts: new Map(),
        unknown: new Set(),
        lastArrival: performance.now(),
      };
      lanes.set(host, lane);
      return lane;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
