import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { afterEach, expect, it, vi } from 'vitest';
import { createTracker, type Tracker } from '../../src/index.ts';
import { visitorCookie as expressVisitor } from '../../src/middleware/express.ts';
import { visitorCookie as fastifyVisitor } from '../../src/middleware/fastify.ts';
import { openVisitor, withVisitor } from '../../src/middleware/web.ts';
import { createTestCollector, type TestCollector } from '../../src/testing/index.ts';

type Fetching = (path: string, headers?: Record<string, string>) => Promise<Response>;

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const startTracker = (): { tracker: Tracker; collector: TestCollector } => {
  const collector = createTestCollector();
  const { writeKey, endpoint, fetch } = collector;
  const tracker = createTracker({ writeKey, endpoint, fetch, shutdown: false });
  closing.push(() => tracker.close());
  return { tracker, collector };
};

const consent = (request: { headers: Record<string, string | undefined> | Headers }) => {
  const { headers } = request;
  const value = headers instanceof Headers ? headers.get('x-consent') : headers['x-consent'];
  return value === 'no' ? ('denied' as const) : ('granted' as const);
};

/** Each framework with the same three routes. */
const frameworks: Record<string, (tracker: Tracker) => Promise<Fetching>> = {
  async express(tracker) {
    const app = express();
    app.use(expressVisitor({ consent }));
    app.get('/', (request, response) => {
      tracker.forRequest(request).page({ name: 'Home' });
      response.cookie('own', '1').send('<html>');
    });
    app.get(
      '/cached',
      (_request, response) => void response.set('cache-control', 'public, max-age=60').send('<html>'),
    );
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => server.close());
    const { port } = server.address() as AddressInfo;
    return (path, headers) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { ...headers } });
  },

  async fastify(tracker) {
    const app = fastify();
    fastifyVisitor(app, { consent });
    app.get('/', (request, reply) => {
      tracker.forRequest(request).page({ name: 'Home' });
      return reply.header('set-cookie', 'own=1').type('text/html').send('<html>');
    });
    app.get('/cached', (_request, reply) =>
      reply.header('cache-control', 'public, max-age=60').send('<html>'),
    );
    const address = await app.listen({ port: 0, host: '127.0.0.1' });
    closing.push(() => app.close());
    return (path, headers) => fetch(`${address}${path}`, { headers: { ...headers } });
  },

  async web(tracker) {
    const handle = withVisitor(
      (request) => {
        if (request.url.endsWith('/cached')) {
          return new Response('<html>', { headers: { 'cache-control': 'public, max-age=60' } });
        }
        tracker.forRequest(request).page({ name: 'Home' });
        return new Response('<html>', { headers: { 'set-cookie': 'own=1' } });
      },
      { consent },
    );
    return (path, headers) => handle(new Request(`http://127.0.0.1${path}`, { headers: { ...headers } }));
  },
};

const document = {
  accept: 'text/html,*/*',
  'user-agent': 'Test/1',
  'accept-language': 'ru-RU,ru;q=0.9',
  referer: 'https://ads.example/click?phone=79995551122',
};

it.each(Object.keys(frameworks))('%s: one visitor from the first page on', async (name) => {
  const { tracker, collector } = startTracker();
  const get = await frameworks[name]!(tracker);
  const first = await get('/?utm_source=ya&utm_campaign=spring&q=secret', document);
  const cookies = first.headers.getSetCookie();
  expect(cookies.map((cookie) => cookie.split('=')[0]).sort()).toEqual(['ntk', 'own', 'vid']);
  const cookie = cookies.map((each) => each.split(';')[0]).join('; ');
  const vid = /vid=([^;]+)/.exec(cookie)![1];

  const second = await get('/', { ...document, cookie });
  expect(second.headers.getSetCookie().find((each) => each.startsWith('vid='))).toContain(`vid=${vid}; `);

  await tracker.flush();
  expect(collector.events).toHaveLength(2);
  expect(collector.events.map((event) => event.anonymousId)).toEqual([vid, vid]);
  const { page, campaign, userAgent, locale } = collector.events[0]!.context!;
  expect({ campaign, userAgent, locale }).toEqual({
    campaign: { source: 'ya', name: 'spring' },
    userAgent: 'Test/1',
    locale: 'ru-RU',
  });
  expect(page).toMatchObject({ path: '/', referrer: 'https://ads.example/click' });
  expect(JSON.stringify(collector.events)).not.toMatch(/secret|79995551122/);
  if (name !== 'web') expect(collector.events[0]!.context!.ip).toBe('127.0.0.1');
});

it.each(Object.keys(frameworks))(
  '%s: sets no cookie on what caches share, nor without consent',
  async (name) => {
    const { tracker, collector } = startTracker();
    const get = await frameworks[name]!(tracker);
    expect((await get('/cached', document)).headers.getSetCookie()).toEqual([]);
    const refused = await get('/', { ...document, 'x-consent': 'no', cookie: 'vid=x' });
    expect(refused.headers.getSetCookie().filter((each) => each.startsWith('vid'))).toEqual([
      'vid=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly',
    ]);
    await tracker.flush();
    expect(collector.events).toEqual([]);
  },
);

const plainServer = async (
  options: Parameters<typeof expressVisitor>[0],
  answer: (response: ServerResponse) => void,
): Promise<string[]> => {
  const middleware = expressVisitor(options);
  const server = createServer((request, response) =>
    middleware(request as never, response as never, () => answer(response)),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => server.close());
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { ...document } });
  return response.headers.getSetCookie().map((cookie) => cookie.split('=')[0]!);
};

it.each([
  ['an object', { 'Set-Cookie': 'own=1', 'X-A': 'b' }],
  ['an object with a list', { 'set-cookie': ['own=1'] }],
  ['a flat list', ['Set-Cookie', 'own=1', 'X-A', 'b']],
])('adds its cookies to headers that a handler gives at the last moment: %s', async (_name, headers) => {
  const names = await plainServer({}, (response) => response.writeHead(200, headers as never).end('<html>'));
  expect(names.sort()).toEqual(['ntk', 'own', 'vid']);
});

it.each([
  ['an object', { 'Cache-Control': 'public, max-age=60' }],
  ['a flat list', ['Cache-Control', 's-maxage=60']],
])('sees at the last moment that caches share an answer: %s', async (_name, headers) => {
  expect(
    await plainServer({}, (response) => response.writeHead(200, 'OK', headers as never).end('<html>')),
  ).toEqual([]);
});

it.each([
  ['throws', () => (undefined as unknown as { no: string }).no as never],
  ['gives nothing', () => undefined as never],
  ['gives a promise', () => Promise.resolve('granted') as never],
])('sets nothing and harms no page when consent() %s, and says so once', async (_name, broken) => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const options = { consent: broken };
  for (let n = 0; n < 2; n++)
    expect(await plainServer(options, (response) => response.end('<html>'))).toEqual([]);
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/^nitka: consent\(\) /)]]);
  warn.mockRestore();
});

it.each([{ cookieName: 'a;b' }, { domain: 'x\r\ny' }, { maxAgeDays: NaN }, { sessionCookieName: '' }])(
  'refuses the options %j',
  (options) => {
    expect(() => expressVisitor(options)).toThrow(expect.objectContaining({ code: 'invalid_option' }));
  },
);

it('names the page of a script by its referrer, and takes further fields', async () => {
  const { tracker, collector } = startTracker();
  const request = new Request('https://shop.example/api/order', {
    headers: {
      referer: 'https://shop.example/cart?step=2',
      cookie: 'vid=01940000-0000-7000-8000-000000000001',
    },
  });
  const bound = tracker.forRequest(request, { userId: '42', context: { ip: '10.0.0.1' } });
  bound.track({ event: 'Order Completed', context: { shop: 's' } });
  await tracker.flush();
  expect(collector.events[0]).toMatchObject({
    anonymousId: '01940000-0000-7000-8000-000000000001',
    userId: '42',
    context: { page: { path: '/cart', url: 'https://shop.example/cart' }, ip: '10.0.0.1', shop: 's' },
  });
});

it('copies an answer whose headers cannot be changed', () => {
  const { apply } = openVisitor(new Request('https://x.example', { headers: { accept: 'text/html' } }));
  const fixed = Response.error();
  expect(apply(Response.redirect('https://x.example/next')).headers.getSetCookie()).toHaveLength(2);
  expect(fixed.headers.getSetCookie()).toEqual([]);
});
