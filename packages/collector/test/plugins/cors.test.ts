import fastify from 'fastify';
import type { InjectOptions } from 'fastify';
import { expect, it } from 'vitest';
import { registerCors } from '../../src/plugins/cors.ts';

const site = { name: 'site', kind: 'browser', writeKey: 'k', origins: ['https://shop.example'] } as const;
const open = { name: 'open', kind: 'browser', writeKey: 'o', origins: ['*'] } as const;

const build = (...sources: Parameters<typeof registerCors>[1]) => {
  const app = fastify();
  registerCors(app, sources);
  app.post('/v1/batch', () => ({ success: true }));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 'not_found' }));
  return app;
};

const corsOf = async (
  app: ReturnType<typeof build>,
  origin: string | undefined,
  more: InjectOptions = {},
) => {
  const { headers, statusCode } = await app.inject({
    method: 'POST',
    url: '/v1/batch',
    ...more,
    headers: { host: 'collect.example', ...(origin !== undefined && { origin }), ...more.headers },
  });
  const named = Object.entries(headers).filter(([name]) => name === 'vary' || name.startsWith('access-'));
  return { statusCode, ...Object.fromEntries(named) };
};

const letIn = (origin: string) => ({
  vary: 'Origin',
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'Retry-After',
});
const withCookies = { 'access-control-allow-credentials': 'true' };

it('lets listed pages and those of its own host read answers, with cookies', async () => {
  const app = build(site, open);
  for (const origin of ['https://shop.example', 'http://collect.example'])
    expect(await corsOf(app, origin)).toEqual({ statusCode: 200, ...letIn(origin), ...withCookies });
});

it('lets any page read answers where a source has any, without cookies', async () => {
  const any = 'https://elsewhere.example';
  expect(await corsOf(build(site, open), any)).toEqual({ statusCode: 200, ...letIn(any) });
});

it('says nothing to other pages, and where there is none, but that the answer depends on it', async () => {
  const app = build(site);
  for (const origin of [undefined, 'https://elsewhere.example', 'https://shop.example.evil.example', 'null'])
    expect(await corsOf(app, origin)).toEqual({ statusCode: 200, vary: 'Origin' });
});

it('answers the preflights of those alone that it lets in', async () => {
  const app = build(site, open);
  const preflight = { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } } as const;
  const answer = {
    statusCode: 204,
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': expect.stringContaining('Authorization') as string,
    'access-control-max-age': '7200',
  };
  const [listed, any] = ['https://shop.example', 'https://elsewhere.example'];
  expect(await corsOf(app, listed, preflight)).toEqual({ ...answer, ...letIn(listed), ...withCookies });
  expect(await corsOf(app, any, preflight)).toEqual({ ...answer, ...letIn(any) });
  expect(await corsOf(app, undefined, preflight)).toEqual({ statusCode: 404, vary: 'Origin' });
  expect(await corsOf(build(site), any, preflight)).toEqual({ statusCode: 404, vary: 'Origin' });
});

it('takes an origin that says nothing for that of no page', async () => {
  expect(await corsOf(build(site), '')).toEqual({ statusCode: 200, vary: 'Origin' });
});
