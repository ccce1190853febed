import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { browserKey, openTestCollector } from '../support/collector.ts';
import type { createClient } from './proxy.ts';

type Client = Awaited<ReturnType<typeof createClient>>;

/** What every documented proxy does. @param start the proxy before a collector on this port */
export const proxyConformance = (start: (collectorPort: number) => Promise<Client>): void => {
  it('gives a first-party cookie, the right address and protocol, gzip, and connections that stay open', async () => {
    const collector = await openTestCollector({
      trustProxy: ['127.0.0.1'],
      privacy: { ip: 'keep' },
      sources: [{ name: 'site', kind: 'browser', writeKey: browserKey }],
    });
    let connections = 0;
    collector.app.server.on('connection', () => (connections += 1));
    const { ask, origin } = await start(await collector.listen());
    const id = '019aa7d0-0000-7000-8000-0000000000aa';
    const body = JSON.stringify({
      writeKey: browserKey,
      batch: [{ type: 'page', anonymousId: id, messageId: 'm1' }],
    });
    // A page of the same host needs no list of origins.
    const first = await ask('POST', '/t/v1/batch', gzipSync(body), {
      origin,
      'content-encoding': 'gzip',
      'x-forwarded-for': '198.51.100.7',
      'x-forwarded-proto': 'http',
    });
    expect([first.status, JSON.parse(first.body)]).toEqual([
      200,
      { success: true, accepted: 1, duplicates: 0 },
    ]);
    const [cookie] = first.headers['set-cookie'] as string[];
    expect(cookie).toBe(`vid=${id}; Max-Age=34560000; Path=/; HttpOnly; Secure; SameSite=Lax`);
    expect((await ask('POST', '/t/v1/batch', body, { origin: 'https://evil.example' })).status).toBe(403);
    const before = connections;
    for (let count = 0; count < 20; count += 1) {
      const again = await ask('POST', '/t/v1/batch', body, { origin });
      expect(JSON.parse(again.body)).toMatchObject({ duplicates: 1 });
    }
    expect(connections - before).toBeLessThan(5);
    await collector.loaded();
    // What the client claimed of its address is thrown away.
    expect(await collector.rows('SELECT message_id, ip FROM raw_events')).toEqual([
      { message_id: 'm1', ip: '127.0.0.1' },
    ]);
  });

  it('keeps the operator’s routes to the operator, and the answers’ codes as they are', async () => {
    const collector = await openTestCollector({ trustProxy: ['127.0.0.1'] });
    const { ask } = await start(await collector.listen());
    expect((await ask('GET', '/t/metrics')).status).toBe(404);
    expect((await ask('GET', '/t/readyz')).status).toBe(404);
    const refused = await ask('POST', '/t/v1/batch', '{"batch":[]}');
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([401, { code: 'unknown_write_key' }]);
    const settings = await ask('GET', `/t/v1/projects/${browserKey}/settings`);
    expect(JSON.parse(settings.body)).toMatchObject({
      integrations: { 'Segment.io': { protocol: 'https' } },
    });
  });
};
