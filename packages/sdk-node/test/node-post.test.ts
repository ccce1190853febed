import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createNodePost } from '../src/node-post.ts';

let server: Server;

const listen = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/batch`;
};

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const request = (url: string, text = 'тело') => ({
  url,
  headers: { a: 'b' },
  body: [...text].map((char) => new TextEncoder().encode(char)),
  timeout: 30_000,
  abort: new AbortController(),
});

it('sends a body and reads the answer, over one connection', async () => {
  const seen: string[] = [];
  let connections = 0;
  const url = await listen((incoming, response) => {
    incoming.setEncoding('utf8').on('data', (text: string) => {
      seen.push(
        `${incoming.method} ${incoming.headers['a'] as string} ${incoming.headers['content-length']} ${text}`,
      );
      response.writeHead(429, { 'retry-after': '7' }).end('{"code":"rate_limited"}');
    });
  });
  server.on('connection', () => connections++);
  const post = createNodePost();
  for (let n = 0; n < 3; n++) {
    const answer = await post(request(url));
    expect([
      answer.status,
      answer.header('retry-after'),
      answer.header('date') === null,
      answer.header('x'),
    ]).toEqual([429, '7', false, null]);
    expect(answer.text).toBe('{"code":"rate_limited"}');
  }
  expect(seen).toEqual(Array(3).fill('POST b 8 тело'));
  expect(connections).toBe(1);
});

it('does not follow redirects', async () => {
  const url = await listen((_, response) => void response.writeHead(302, { location: '/elsewhere' }).end());
  expect((await createNodePost()(request(url))).status).toBe(302);
});

it('sends again at once when the kept connection has just been closed', async () => {
  let answered = 0;
  const url = await listen((incoming, response) => {
    incoming.resume().on('end', () => {
      // The second request on a connection meets its end.
      if (answered++ === 1) incoming.socket.destroy();
      else response.end(String(answered));
    });
  });
  const post = createNodePost();
  expect((await post(request(url))).text).toBe('1');
  expect((await post(request(url))).text).toBe('3');
});

it('says why it failed', async () => {
  const url = await listen((incoming) => void incoming.socket.destroy());
  const post = createNodePost();
  await expect(post(request(url))).rejects.toThrow(/socket hang up|ECONNRESET/);
  await expect(post(request('http://127.0.0.1:1/'))).rejects.toThrow('ECONNREFUSED');
  const silent = await listen(() => {});
  await expect(post({ ...request(silent), timeout: 30 })).rejects.toThrow(/timeout|aborted/i);
});

it('takes an endless page of a portal for no verdict', async () => {
  const url = await listen((_, response) => void response.end('x'.repeat(1_500_000)));
  expect(await createNodePost()(request(url))).toMatchObject({ status: 200, text: '' });
});
