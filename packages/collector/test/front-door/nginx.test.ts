import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { makeCertificate } from '../support/certificate.ts';
import { browserKey, openTestCollector, temporaryFolder } from '../support/collector.ts';
import { freePort } from '../../../../tests/support/free-port.ts';
import { createClient } from './proxy.ts';

const nginx = needsServer('nginx');

/** The documented file with the test's ports and certificate, and nothing else changed. */
const startNginx = async (collectorPort: number) => {
  const folder = temporaryFolder();
  const port = await freePort();
  const { certFile, keyFile } = await makeCertificate(folder, 'shop.example');
  const documented = readFileSync(new URL('../../../../docs/operations/nginx.conf', import.meta.url), 'utf8');
  const site = documented
    .replace('127.0.0.1:8080', `127.0.0.1:${collectorPort}`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('/etc/ssl/shop.example.pem', certFile)
    .replace('/etc/ssl/private/shop.example.key', keyFile)
    .replace('/var/www/shop', folder);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join('\n');
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;\nworker_processes 1;\npid ${join(folder, 'pid')};\nerror_log ${join(folder, 'error.log')};\nevents {}\nhttp {\naccess_log off;\n${places}\n${site}\n}\n`,
  );
  const child = spawn(nginx.url, ['-p', folder, '-e', join(folder, 'error.log'), '-c', file], {
    stdio: 'ignore',
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || !child.kill('SIGTERM')) return;
    // It may still write into the folder, which goes next.
    await once(child, 'exit');
  });
  return createClient(port);
};

describe.skipIf(nginx.missing)(title('the documented nginx', nginx), () => {
  it('gives a first-party cookie, the right address and protocol, gzip, and connections that stay open', async () => {
    const collector = await openTestCollector({
      trustProxy: ['127.0.0.1'],
      privacy: { ip: 'keep' },
      sources: [{ name: 'site', kind: 'browser', writeKey: browserKey }],
    });
    let connections = 0;
    collector.app.server.on('connection', () => (connections += 1));
    const { ask, origin } = await startNginx(await collector.listen());
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
    });
    expect([first.status, JSON.parse(first.body)]).toEqual([
      200,
      { success: true, accepted: 1, duplicates: 0 },
    ]);
    const [cookie] = first.headers['set-cookie'] as string[];
    expect(cookie).toMatch(
      new RegExp(`^vid=${id}; Max-Age=34560000; Path=/; HttpOnly; Secure; SameSite=Lax$`),
    );
    const strange = await ask('POST', '/t/v1/batch', body, { origin: 'https://evil.example' });
    expect(strange.status).toBe(403);

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
    const { ask } = await startNginx(await collector.listen());
    expect((await ask('GET', '/t/metrics')).status).toBe(404);
    expect((await ask('GET', '/t/readyz')).status).toBe(404);
    const refused = await ask('POST', '/t/v1/batch', '{"batch":[]}');
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([401, { code: 'unknown_write_key' }]);
    const settings = await ask('GET', `/t/v1/projects/${browserKey}/settings`);
    expect(JSON.parse(settings.body)).toMatchObject({
      integrations: { 'Segment.io': { protocol: 'https' } },
    });
  });
});
