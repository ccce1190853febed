import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { endIdle } from '../../src/plugins/idle.ts';
import { makeCertificate } from '../support/certificate.ts';
import { temporaryFolder } from '../support/collector.ts';

const startServer = async (milliseconds: number) => {
  const { certFile, keyFile } = await makeCertificate(temporaryFolder());
  const ca = readFileSync(certFile);
  const server = createSecureServer({ cert: ca, key: readFileSync(keyFile), allowHTTP1: true });
  onTestFinished(endIdle(server, milliseconds));
  onTestFinished(() => void server.close());
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200 });
    stream.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { ca, port: (server.address() as AddressInfo).port };
};

describe('an idle connection of HTTP/2', () => {
  it('is told to go, and not while it is used', async () => {
    const { ca, port } = await startServer(300);
    const session = connect(`https://127.0.0.1:${port}`, { ca });
    onTestFinished(() => session.destroy());
    const told = vi.fn<() => void>();
    session.on('goaway', told);
    for (let request = 0; request < 5; request += 1) {
      const stream = session.request({ ':path': '/' });
      stream.resume();
      await once(stream, 'end');
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(told).not.toHaveBeenCalled();
    await once(session, 'close');
    expect(told).toHaveBeenCalledOnce();
  });

  it('ends also if its client never says a word of HTTP/2', async () => {
    const { ca, port } = await startServer(100);
    const socket = connectTls({ port, host: '127.0.0.1', ca, ALPNProtocols: ['h2'] });
    socket.on('error', () => undefined).resume();
    await once(socket, 'close');
  });
});

it('a socket that outlives its session is destroyed once nothing has moved from one look to the next', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const server = new EventEmitter();
  onTestFinished(endIdle(server, 1000));
  const openSocket = () =>
    Object.assign(new EventEmitter(), { bytesRead: 10, bytesWritten: 0, destroy: vi.fn<() => void>() });
  const [left, busy, gone] = [openSocket(), openSocket(), openSocket()];
  for (const socket of [left, busy, gone]) server.emit('connection', socket);
  gone.emit('close');
  vi.advanceTimersByTime(2000);
  busy.bytesRead += 1;
  expect(left.destroy).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2000);
  expect(left.destroy).toHaveBeenCalledOnce();
  expect(busy.destroy).not.toHaveBeenCalled();
  expect(gone.destroy).not.toHaveBeenCalled();
});
