import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Resolver } from '../../src/cookie-check/network.ts';
import { observe } from '../../src/cookie-check/observe.ts';
import { reportOf, wordsOf } from '../../src/cookie-check/report.ts';
import { browserKey, openTestCollector } from '../support/collector.ts';

/** A page that may set the cookie itself. */
const startPage = async (cookie: string | null): Promise<number> => {
  const server = createServer((_request, response) => {
    if (cookie !== null) response.setHeader('set-cookie', cookie);
    response.end('<!doctype html>');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
};

/** Both over real sockets; names and https are those of the test. */
const look = async (
  site: string,
  collectorUrl: string | null,
  dns: Readonly<Record<string, { alias?: string; address?: string }>>,
  pageCookie: string | null = null,
  config: Record<string, unknown> = {},
) => {
  const collector = await openTestCollector({ trustProxy: true, ...config });
  const ports = { page: await startPage(pageCookie), collector: await collector.listen() };
  const resolver: Resolver = {
    resolveCname: async (name) => [dns[name]?.alias].filter((each) => each !== undefined),
    resolve4: async (name) => [dns[name]?.address].filter((each) => each !== undefined),
    resolve6: async () => [],
  };
  const routed: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const port = url.pathname.endsWith('/v1/visitor') ? ports.collector : ports.page;
    const headers = new Headers(init?.headers);
    headers.set('x-forwarded-host', url.host);
    headers.set('x-forwarded-proto', url.protocol.slice(0, -1));
    const path = url.pathname.replace('/nitka', '');
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
    return new Response(await answer.text(), { status: answer.status, headers: answer.headers });
  };
  const options = { page: site, collector: collectorUrl, cookieName: 'vid', writeKey: browserKey };
  return reportOf(await observe(options, { resolver, fetch: routed, now: Date.now }));
};
const near = { 'shop.example': { address: '203.0.113.7' }, 'c.shop.example': { address: '203.0.1.1' } };
const safari = (report: Awaited<ReturnType<typeof look>>) =>
  report.lifetimes.find(({ browser }) => browser === 'Safari')?.days;

describe('check-cookie', () => {
  it('finds a path of the site that leads to the collector', async () => {
    const report = await look('https://shop.example/', 'https://shop.example/nitka', near);
    expect(report).toMatchObject({ setUp: 'path', durable: true, misses: [] });
    expect(safari(report)).toBe(400);
    expect(wordsOf(report)).toContain('Safari   keeps it 400 days: it comes from the page’s own host');
  });

  it('finds a subdomain, with the cookie for all of the site', async () => {
    const report = await look('https://shop.example/', 'https://c.shop.example', near, null, {
      visitorCookie: { domain: 'site' },
    });
    expect(report).toMatchObject({ setUp: 'subdomain', durable: true, weaknesses: [] });
  });

  it('warns of a subdomain that is somebody else’s machine', async () => {
    const dns = { ...near, 'c.shop.example': { alias: 'x.cloud.com', address: '198.51.100.1' } };
    const report = await look('https://shop.example/', 'https://c.shop.example', dns);
    expect(report).toMatchObject({ setUp: 'subdomain', durable: false });
    expect(safari(report)).toBe(7);
    expect(wordsOf(report)).toMatch(
      /Safari {3}keeps it 7 days: c\.shop\.example is a CNAME to x\.cloud\.com[\s\S]*Better, best first/,
    );
  });

  it('prefers what the site’s own backend sets', async () => {
    const cookie =
      'vid=019aa7d0-0000-7000-8000-0000000000aa; Max-Age=34560000; HttpOnly; Secure; SameSite=Lax; Path=/';
    const dns = { ...near, 'c.shop.example': { address: '198.51.100.1' } };
    const report = await look('https://shop.example/', 'https://c.shop.example', dns, cookie);
    expect(report).toMatchObject({ setUp: 'backend', durable: true, misses: [] });
  });

  it('says that nothing sets it: a page that is not on the list', async () => {
    const report = await look('https://other.example/', 'https://c.shop.example', near);
    expect(report).toMatchObject({ setUp: null, durable: false });
    expect(report.misses.join()).toContain('(403) sets no cookie "vid"');
    expect(wordsOf(report)).toContain('Nothing sets the cookie');
  });

  it('has a code for a site that does not answer', async () => {
    const resolver: Resolver = {
      resolveCname: async () => [],
      resolve4: async () => [],
      resolve6: async () => [],
    };
    const options = { page: 'http://127.0.0.1:1/', collector: null, cookieName: 'vid', writeKey: null };
    await expect(observe(options, { resolver, fetch, now: Date.now })).rejects.toMatchObject({
      code: 'site_unreachable',
    });
  });
});
