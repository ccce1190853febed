import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { makeCertificate } from '../support/certificate.ts';
import { temporaryFolder } from '../support/collector.ts';
import { freePort } from '../../../../tests/support/free-port.ts';
import { proxyConformance } from './proxy.conformance.ts';
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

describe.skipIf(nginx.missing)(title('the documented nginx', nginx), () => proxyConformance(startNginx));
