import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hashWriteKey } from '../../src/plugins/write-key.ts';
import { browserKey, openTestCollector, serverKey, testSources } from '../support/collector.ts';

const token = 'op_0123456789';
const send = (
  collector: Awaited<ReturnType<typeof openTestCollector>>,
  key: string,
  remoteAddress = '127.0.0.1',
) =>
  collector.app.inject({
    method: 'POST',
    url: '/v1/track',
    remoteAddress,
    payload: JSON.stringify({ writeKey: key, event: 'E', userId: 'u' }),
  });

describe('security headers', () => {
  it('are on every answer, and the script may still be loaded by pages and kept', async () => {
    const { app } = await openTestCollector({ script: { file: fileURLToPath(import.meta.url) } });
    for (const url of ['/healthz', '/nowhere', '/v1/track', '/v1/pixel/page']) {
      expect((await app.inject(url)).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
    }
    const script = await app.inject('/nitka.js');
    expect(script.statusCode).toBe(200);
    expect(script.headers).toMatchObject({
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=3600',
    });
    expect(script.headers['strict-transport-security']).toBeUndefined();
  });
});

describe('rate limits', () => {
  it('count a key over all addresses, and leave other keys alone', async () => {
    const [site, ...others] = testSources;
    const collector = await openTestCollector({ sources: [{ ...site, requestsPerMinute: 3 }, ...others] });
    const statuses = [];
    for (const last of [1, 2, 3, 4, 5])
      statuses.push((await send(collector, browserKey, `10.0.0.${last}`)).statusCode);
    // A minute may turn over once in between.
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    for (let count = 0; count < 5; count += 1)
      expect((await send(collector, serverKey)).statusCode).toBe(200);
  });

  it('count an address over all keys', async () => {
    const collector = await openTestCollector({ limits: { requestsPerMinute: 2 } });
    expect((await send(collector, browserKey, '10.0.0.1')).statusCode).toBe(200);
    expect((await send(collector, serverKey, '10.0.0.1')).statusCode).toBe(200);
    expect((await send(collector, serverKey, '10.0.0.1')).statusCode).toBe(429);
    expect((await send(collector, serverKey, '10.0.0.2')).statusCode).toBe(200);
  });
});

describe('the operator’s routes', () => {
  it('want the token of the config', async () => {
    const { app } = await openTestCollector({ operator: { tokenSha256: hashWriteKey(token) } });
    const ask = (url: string, given?: string) =>
      app.inject({ url, ...(given !== undefined && { headers: { authorization: `Bearer ${given}` } }) });
    for (const wrong of [undefined, 'op_0123456780', '']) {
      const refused = await ask('/metrics', wrong);
      expect(refused.statusCode).toBe(401);
      expect(refused.json()).toMatchObject({ code: 'operator_token_wrong' });
      expect((await ask('/readyz', wrong)).json()).toEqual({ ready: true, reason: null });
    }
    expect((await ask('/metrics', token)).body).toContain(
      'nitka_destination_behind_seconds{destination="duckdb"} 0',
    );
    expect((await ask('/readyz', token)).json()).toMatchObject({
      destinations: [{ name: 'duckdb', behindSeconds: 0 }],
    });
    expect((await ask('/healthz')).statusCode).toBe(200);
  });

  it('have a listener of their own', async () => {
    const collector = await openTestCollector({ operator: { listen: { port: 0 } } });
    await collector.listen();
    const { app, operatorApp } = collector;
    expect((await app.inject('/metrics')).statusCode).toBe(404);
    expect((await app.inject('/readyz')).json()).toEqual({ ready: true, reason: null });
    const { port } = operatorApp!.server.address() as { port: number };
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toMatch(/nitka_disk_bytes\{state="free"\} \d+/);
    expect((await fetch(`http://127.0.0.1:${port}/v1/track`, { method: 'POST' })).status).toBe(404);
  });
});

describe('secret keys', () => {
  it('are nowhere in what the collector holds', async () => {
    const { app } = await openTestCollector();
    const response = await app.inject({
      method: 'POST',
      url: '/v1/track',
      headers: { authorization: `Basic ${Buffer.from(`${serverKey}:`).toString('base64')}` },
      payload: '{"event":"E","userId":"u"}',
    });
    expect(response.statusCode).toBe(200);
    expect(JSON.stringify(testSources)).not.toContain(serverKey);
    for (const near of [serverKey.slice(0, -1), `${serverKey}x`, serverKey.toUpperCase()]) {
      const refused = await app.inject({ method: 'POST', url: `/v1/track?writeKey=${near}`, payload: '{}' });
      expect(refused.json()).toMatchObject({ code: 'unknown_write_key' });
    }
  });
});
