import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished, expect, it } from 'vitest';
import { fetch as fetchThrough, ProxyAgent } from 'undici';
import { createTracker } from '../src/index.ts';
import { createTestCollector } from '../src/testing/index.ts';

/** A proxy as companies have it: tunnels by CONNECT (RFC 9110 §9.3.6), for those who know the password. */
const startProxy = async () => {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => void response.writeHead(405).end());
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    if (request.headers['proxy-authorization'] !== `Basic ${btoa('shop:secret')}`) {
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    }
    tunnels.push(request.url!);
    const [host, port] = request.url!.split(':') as [string, string];
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    for (const each of [socket, target]) {
      sockets.add(each);
      each.on('error', () => {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { tunnels, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
};

const open = (endpoint: string, writeKey: string, proxy: string) => {
  const dispatcher = new ProxyAgent(proxy);
  onTestFinished(() => dispatcher.destroy());
  // As in the README.
  const fetch = ((url: string, init: object) =>
    fetchThrough(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch;
  return createTracker({ writeKey, endpoint, fetch, shutdown: false, backoffBase: 5 });
};

it('sends through a proxy, and keeps the events while the proxy refuses', async () => {
  const collector = createTestCollector();
  const endpoint = await collector.listen();
  onTestFinished(() => collector.close());
  const { tunnels, address } = await startProxy();

  const stranger = open(endpoint, collector.writeKey, `http://shop:wrong@${address}`);
  const errors: string[] = [];
  stranger.on('error', ({ code }) => errors.push(code));
  stranger.track({ userId: 'u', event: 'kept' });
  expect(await stranger.flush()).toEqual({ pending: 1 });
  expect(errors).toEqual(['delivery_failed']);
  await stranger.close({ timeout: 0 });

  const tracker = open(endpoint, collector.writeKey, `http://shop:secret@${address}`);
  for (let n = 0; n < 100; n++) tracker.track({ userId: 'u', event: 'sent' });
  expect(await tracker.close()).toEqual({ pending: 0 });
  expect(collector.events.map(({ event }) => event)).toEqual(Array.from({ length: 100 }, () => 'sent'));
  expect(tunnels).toEqual([new URL(endpoint).host]);
});
