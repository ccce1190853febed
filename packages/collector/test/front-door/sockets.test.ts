import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { browserKey, openTestCollector, page } from '../support/collector.ts';

interface Wire {
  readonly socket: Socket;
  /** All that came, once the server has ended the connection. */
  readonly ended: Promise<string>;
}

const open = (port: number): Wire => {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  return { socket, ended: new Promise((resolve) => socket.once('close', () => resolve(text))) };
};

const answerOf = (text: string) => {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    body: JSON.parse(rest.join('\r\n\r\n')) as { success: boolean; code: string },
  };
};

const post = (body: string, more = ''): string =>
  `POST /v1/track?writeKey=${browserKey} HTTP/1.1\r\nHost: c\r\nConnection: close\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('the front door, on a real socket', () => {
  it('cuts a slow client off with a code: headers that trickle, and a body that does', async () => {
    const collector = await openTestCollector({ limits: { requestSeconds: 1 } });
    const port = await collector.listen();
    const headers = open(port);
    headers.socket.write('POST /v1/track HTTP/1.1\r\nHost: c\r\n');
    const body = open(port);
    body.socket.write(post('x'.repeat(1000)).slice(0, -500));
    const trickle = setInterval(() => {
      headers.socket.write('X-A: b\r\n');
      body.socket.write('x');
    }, 100);
    const [first, second] = await Promise.all([headers.ended, body.ended]);
    clearInterval(trickle);
    expect(answerOf(first)).toMatchObject({ status: 408, body: { success: false, code: 'request_timeout' } });
    expect(answerOf(second)).toMatchObject({ status: 408, body: { code: 'request_timeout' } });
    const { port: _port, ...healthy } = {
      port,
      status: (await fetch(`http://127.0.0.1:${port}/healthz`)).status,
    };
    expect(healthy).toEqual({ status: 200 });
  });

  it('answers what is no HTTP, and headers over the limit, with a code', async () => {
    const collector = await openTestCollector();
    const port = await collector.listen();
    const noise = open(port);
    noise.socket.write('\u0016\u0003\u0001 hello\r\n\r\n');
    expect(answerOf(await noise.ended)).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
    const long = open(port);
    long.socket.write(`GET /healthz HTTP/1.1\r\nHost: c\r\nCookie: ${'x'.repeat(40_000)}\r\n\r\n`);
    expect(answerOf(await long.ended)).toMatchObject({ status: 431, body: { code: 'headers_too_large' } });
    const path = open(port);
    path.socket.write('GET /%zz HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n');
    expect(answerOf(await path.ended).body.success).toBe(false);
  });

  it('takes cookies of a whole site', async () => {
    const collector = await openTestCollector();
    const port = await collector.listen();
    const wire = open(port);
    wire.socket.write(post('{"event":"E","userId":"u"}', `Cookie: a=${'x'.repeat(20_000)}\r\n`));
    expect(answerOf(await wire.ended)).toMatchObject({ status: 200 });
  });

  it('refuses a bomb and a body over the limit, announced or not, and keeps its memory', async () => {
    const collector = await openTestCollector();
    const port = await collector.listen();
    const url = `http://127.0.0.1:${port}/v1/batch?writeKey=${browserKey}`;
    const bomb = await promisify(gzip)(Buffer.alloc(100_000_000, 0x20));
    const before = process.memoryUsage().rss;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        fetch(url, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: bomb }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(413));
    expect(process.memoryUsage().rss - before).toBeLessThan(8 * 30_000_000);
    const announced = open(port);
    announced.socket.write(`POST /v1/batch HTTP/1.1\r\nHost: c\r\nContent-Length: 99999999\r\n\r\n`);
    expect(answerOf(await announced.ended)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    const chunked = open(port);
    chunked.socket.write('POST /v1/batch HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    for (let count = 0; count < 5 && chunked.socket.writable; count += 1) chunked.socket.write(chunk);
    expect(answerOf(await chunked.ended)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  it('is heard by a sender that writes all of a body over the limit before it reads', async () => {
    const collector = await openTestCollector();
    const { socket, ended } = open(await collector.listen());
    const failures: Error[] = [];
    socket.on('error', (error) => failures.push(error)).pause();
    const length = 8_000_000;
    socket.write(`POST /v1/batch HTTP/1.1\r\nHost: c\r\nContent-Length: ${length}\r\n\r\n`);
    for (let sent = 0; sent < length; sent += 200_000) {
      await new Promise((resolve) => socket.write(Buffer.alloc(200_000, 0x20), resolve));
      await setTimeout(5);
    }
    socket.resume();
    expect(answerOf(await ended)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(failures).toEqual([]);
  });

  it('cuts off who writes without end after a body was refused', async () => {
    const collector = await openTestCollector();
    const taken: Socket[] = [];
    collector.app.server.on('connection', (socket) => taken.push(socket));
    const { socket, ended } = open(await collector.listen());
    socket.write(`POST /v1/batch HTTP/1.1\r\nHost: c\r\nContent-Length: 9999999999\r\n\r\n`);
    const more = setInterval(() => {
      if (socket.writableLength < 4_000_000) socket.write(Buffer.alloc(1_000_000, 0x20));
    }, 5);
    const text = await ended;
    clearInterval(more);
    expect(answerOf(text)).toMatchObject({ status: 413 });
    expect(taken[0]!.bytesRead).toBeLessThan(24 * 1024 * 1024);
  });

  it('cuts off who trickles on after a body was refused, and answers once', async () => {
    const collector = await openTestCollector({ limits: { requestSeconds: 2 } });
    const { socket, ended } = open(await collector.listen());
    socket.write(`POST /v1/batch HTTP/1.1\r\nHost: c\r\nContent-Length: 99999999\r\n\r\n`);
    const trickle = setInterval(() => socket.write('x'), 100);
    const text = await ended;
    clearInterval(trickle);
    expect(answerOf(text)).toMatchObject({ status: 413 });
    expect(text.split('HTTP/1.1 ')).toHaveLength(2);
  });

  it('refuses a body that is nested without end, and keeps an event that is nested too deeply as a reject', async () => {
    const collector = await openTestCollector();
    const port = await collector.listen();
    const send = async (body: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/batch?writeKey=${browserKey}`, {
        method: 'POST',
        body,
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
    expect(await send(`{"batch":[${nested(400_000)}]}`)).toMatchObject({
      status: 400,
      body: { code: 'malformed_json' },
    });
    const deep = `{"batch":[{"type":"track","event":"E","userId":"u","properties":${nested(100)}}]}`;
    expect(await send(deep)).toMatchObject({
      status: 200,
      body: { rejected: [{ code: 'nesting_too_deep' }] },
    });
  });

  it('believes X-Forwarded-For of a trusted proxy alone', async () => {
    const ipOf = async (trustProxy: unknown): Promise<unknown> => {
      const collector = await openTestCollector({ trustProxy, privacy: { ip: 'keep' } });
      const port = await collector.listen();
      await fetch(`http://127.0.0.1:${port}/v1/track?writeKey=${browserKey}`, {
        method: 'POST',
        headers: { origin: page, 'x-forwarded-for': '198.51.100.7' },
        body: '{"event":"E","anonymousId":"a"}',
      });
      await collector.loaded();
      return (await collector.rows('SELECT ip FROM raw_events'))[0]?.['ip'];
    };
    expect(await ipOf(false)).toBe('127.0.0.1');
    expect(await ipOf(['10.0.0.0/8'])).toBe('127.0.0.1');
    expect(await ipOf(['127.0.0.1'])).toBe('198.51.100.7');
  });
});
