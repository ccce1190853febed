import { existsSync, readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { get } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from '../support/certificate.ts';
import { browserKey, openTestCollector, temporaryFolder } from '../support/collector.ts';

const overHttps = (port: number, ca: Buffer) =>
  new Promise<{ status: number; secure: string | undefined; subject: string }>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/healthz', ca, agent: false }, (response) => {
      response.resume();
      resolve({
        status: response.statusCode ?? 0,
        secure: response.headers['strict-transport-security'],
        subject: String((response.socket as TLSSocket).getPeerCertificate().subject.CN),
      });
    }).on('error', reject);
  });

const overHttp2 = (port: number, ca: Buffer, headers: Record<string, string>, body: string) =>
  new Promise<{ status: number; body: string; cookie: string }>((resolve, reject) => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca });
    onTestFinished(() => session.close());
    session.on('error', reject);
    const stream = session.request({ ':method': 'POST', ...headers });
    let status = 0;
    let cookie = '';
    let text = '';
    stream.on('response', (answer) => {
      status = Number(answer[':status']);
      cookie = String(answer['set-cookie']);
    });
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream.on('error', reject);
    stream.on('end', () => resolve({ status, body: text, cookie }));
    stream.end(body);
  });

describe('TLS', () => {
  it('speaks HTTP/1.1 and HTTP/2, and the visitor cookie is Secure', async () => {
    const folder = temporaryFolder();
    const tls = await makeCertificate(folder);
    const ca = readFileSync(tls.certFile);
    const collector = await openTestCollector({ listen: { port: 0, tls } });
    const port = await collector.listen();
    expect(await overHttps(port, ca)).toEqual({
      status: 200,
      secure: 'max-age=31536000',
      subject: 'localhost',
    });
    const id = '019aa7d0-0000-7000-8000-0000000000aa';
    const answer = await overHttp2(
      port,
      ca,
      { ':path': '/v1/batch', origin: 'https://shop.example' },
      JSON.stringify({ writeKey: browserKey, batch: [{ type: 'page', anonymousId: id }] }),
    );
    expect(JSON.parse(answer.body)).toEqual({ success: true, accepted: 1, duplicates: 0 });
    expect(answer.cookie).toMatch(new RegExp(`^vid=${id}; .*HttpOnly; Secure; SameSite=Lax`));
    await collector.loaded();
    expect(await collector.rows('SELECT type, ip FROM raw_events')).toEqual([
      { type: 'page', ip: '127.0.0.0' },
    ]);
  });

  it('cuts a slow stream of HTTP/2 off', async () => {
    const tls = await makeCertificate(temporaryFolder());
    const collector = await openTestCollector({ listen: { port: 0, tls }, limits: { requestSeconds: 1 } });
    const session = connectHttp2(`https://127.0.0.1:${await collector.listen()}`, {
      ca: readFileSync(tls.certFile),
    });
    onTestFinished(() => session.destroy());
    session.on('error', () => undefined);
    const stream = session.request({ ':method': 'POST', ':path': `/v1/track?writeKey=${browserKey}` });
    const timer = setInterval(() => stream.write('x'), 100);
    await new Promise((resolve) => stream.once('close', resolve).on('error', () => undefined));
    clearInterval(timer);
    expect(stream.closed).toBe(true);
    expect(collector.spool.ledger.read().size).toBe(0);
  });

  it('says which file of the certificate is missing', async () => {
    const tls = { certFile: 'cert.pem', keyFile: 'key.pem' };
    const folder = temporaryFolder();
    await expect(openTestCollector({ listen: { port: 0, tls } }, folder)).rejects.toThrow(
      /listen\.tls\.certFile: ENOENT/,
    );
    expect(existsSync(join(folder, 'data', 'admin.sock'))).toBe(false);
  });
});

it('a stop does not wait for ever for a client that holds a stream of HTTP/2 open', async () => {
  const tls = await makeCertificate(temporaryFolder());
  const collector = await openTestCollector({
    listen: { port: 0, tls },
    limits: { requestSeconds: 3600 },
    shutdownSeconds: 1,
  });
  const ca = readFileSync(tls.certFile);
  const session = connectHttp2(`https://127.0.0.1:${await collector.listen()}`, { ca });
  const ended = new Promise((resolve) => session.once('close', resolve));
  session.on('error', () => undefined);
  const arrived = new Promise((resolve) => collector.app.server.once('stream', resolve));
  const stream = session.request({ ':method': 'POST', ':path': '/v1/batch' });
  stream.on('error', () => undefined);
  stream.write('{"batch":[');
  await arrived;
  await collector.close();
  await ended;
  expect(session.destroyed).toBe(true);
});
