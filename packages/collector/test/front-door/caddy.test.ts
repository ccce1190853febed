import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { makeCertificate } from '../support/certificate.ts';
import { openTestCollector, temporaryFolder } from '../support/collector.ts';
import { freePort } from '../../../../tests/support/free-port.ts';
import { proxyConformance } from './proxy.conformance.ts';
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

  proxyConformance(startCaddy);

  it('serves the site’s own pages', async () => {
    const collector = await openTestCollector();
    const { ask } = await startCaddy(await collector.listen());
    expect((await ask('GET', '/')).body).toBe('the shop');
  });

  it('passes on what the collector says to a body over its limit', async () => {
    const collector = await openTestCollector({ trustProxy: ['127.0.0.1'] });
    const { ask } = await startCaddy(await collector.listen());
    // The collector answers before it has all of the body, while the proxy is still writing.
    const large = await ask('POST', '/t/v1/batch', JSON.stringify({ batch: ['x'.repeat(4_500_000)] }));
    expect([large.status, JSON.parse(large.body)]).toMatchObject([413, { code: 'body_too_large' }]);
  });
});
