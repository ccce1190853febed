import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { makeCertificate } from '../support/certificate.ts';
import { browserKey, openTestCollector, temporaryFolder } from '../support/collector.ts';
import { freePort } from '../../../../tests/support/free-port.ts';
import { createClient } from './proxy.ts';

const caddy = needsServer('caddy');
const documented = readFileSync(new URL('../../../../docs/operations/Caddyfile', import.meta.url), 'utf8');
const run = promisify(execFile);

/** The documented file with the test's port and certificate, and nothing else changed. */
const startCaddy = async (collectorPort: number) => {
  const folder = temporaryFolder();
  const port = await freePort();
  const { certFile, keyFile } = await makeCertificate(folder, 'shop.example');
  const pages = join(folder, 'pages');
  mkdirSync(pages);
  writeFileSync(join(pages, 'index.html'), 'the shop');
  const site = documented
    .replace('127.0.0.1:8080', `127.0.0.1:${collectorPort}`)
    .replace('shop.example {', `shop.example:${port} {\n\tbind 127.0.0.1\n\ttls ${certFile} ${keyFile}`)
    .replace('/var/www/shop', pages);
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
  const env = { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(caddy.url, ['run', '--config', file, '--adapter', 'caddyfile'], {
    env,
    stdio: 'ignore',
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || !child.kill('SIGTERM')) return;
    // It may still write into the folder, which goes next.
    await once(child, 'exit');
  });
  return createClient(port);
};

describe.skipIf(caddy.missing)(title('the documented Caddy', caddy), () => {
  it('is a file that Caddy takes, written as Caddy writes it', async () => {
    const file = join(temporaryFolder(), 'Caddyfile');
    writeFileSync(file, documented);
    const { stdout } = await run(caddy.url, ['adapt', '--config', file, '--adapter', 'caddyfile']);
    expect(JSON.parse(stdout)).toMatchObject({ apps: { http: {} } });
    await run(caddy.url, ['fmt', '--overwrite', file]);
    expect(readFileSync(file, 'utf8')).toBe(documented);
  });

  it('gives a first-party cookie, the right address and protocol, gzip, and connections that stay open', async () => {
    const collector = await openTestCollector({
      trustProxy: ['127.0.0.1'],
      privacy: { ip: 'keep' },
      sources: [{ name: 'site', kind: 'browser', writeKey: browserKey }],
    });
    let connections = 0;
    collector.app.server.on('connection', () => (connections += 1));
    const { ask, origin } = await startCaddy(await collector.listen());
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
    expect((await ask('GET', '/')).body).toBe('the shop');
  });

  it('keeps the operator’s routes to the operator, and the answers’ codes as they are', async () => {
    const collector = await openTestCollector({ trustProxy: ['127.0.0.1'] });
    const { ask } = await startCaddy(await collector.listen());
    expect((await ask('GET', '/t/metrics')).status).toBe(404);
    expect((await ask('GET', '/t/readyz')).status).toBe(404);
    const refused = await ask('POST', '/t/v1/batch', '{"batch":[]}');
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([401, { code: 'unknown_write_key' }]);
    // The collector answers before it has all of the body, while the proxy is still writing.
    const large = await ask('POST', '/t/v1/batch', JSON.stringify({ batch: ['x'.repeat(4_500_000)] }));
    expect([large.status, JSON.parse(large.body)]).toMatchObject([413, { code: 'body_too_large' }]);
  });
});
