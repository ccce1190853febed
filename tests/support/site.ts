import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

/** What a path answers. Without a `content-type` header the path's extension decides; without one, HTML. */
export interface Answer {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
}

/** A page's text, a file's `URL`, an answer, or a function of the request and its body. */
export type Route =
  | string
  | URL
  | Answer
  | ((request: IncomingMessage, body: Buffer) => Answer | string | Promise<Answer | string>);

/** A running site. */
export interface Site {
  port: number;
  /**
   * Address of a path. Chromium resolves every name below `localhost` to the loopback interface, so
   * `shop.localhost` and `a.shop.localhost` are sites and subdomains like in the wild.
   *
   * @param path starts with a slash
   * @param host @default 'shop.localhost'
   */
  url(path?: string, host?: string): string;
  /** Adds or replaces a route while the site runs. */
  route(path: string, route: Route): void;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/**
 * Serves pages on a free loopback port.
 *
 * @example
 * const site = await startSite({
 *   '/': '<script async src="/nitka.js" data-write-key="k"></script>',
 *   '/nitka.js': new URL('../packages/sdk-browser/dist/nitka.js', import.meta.url),
 * });
 * await page.goto(site.url('/', 'a.shop.localhost'));
 */
export async function startSite(routes: Record<string, Route>): Promise<Site> {
  const table = new Map(Object.entries(routes));
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    answer(table.get(path), request)
      .then(({ status = 200, headers, body = '' }) => {
        response.writeHead(status, { 'content-type': types[extname(path)] ?? types['.html'], ...headers });
        response.end(body);
      })
      .catch((error: unknown) => {
        response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(String(error));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: (path = '/', host = 'shop.localhost') => `http://${host}:${port}${path}`,
    route: (path, route) => table.set(path, route),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(route: Route | undefined, request: IncomingMessage): Promise<Answer> {
  if (route === undefined) return { status: 404, body: 'not found' };
  if (typeof route === 'string') return { body: route };
  if (route instanceof URL) return { body: await readFile(route) };
  if (typeof route !== 'function') return route;
  const made = await route(request, await readBody(request));
  return typeof made === 'string' ? { body: made } : made;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
