import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { inheritedSocket } from '../../src/listen.ts';
import { openTestCollector, serverKey, temporaryFolder, testSources } from '../support/collector.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface BoundSocket {
  bind(host: string, port: number): number;
  getsockname(name: { port?: number }): number;
  readonly fd: number;
  close(): void;
}

/** A socket that is bound and not accepted from here, as systemd holds one for its service. */
const bindSocket = (): { fd: number; port: number } => {
  const binding = (process as unknown as { binding(name: string): unknown }).binding('tcp_wrap') as {
    TCP: new (kind: number) => BoundSocket;
    constants: { SERVER: number };
  };
  const socket = new binding.TCP(binding.constants.SERVER);
  socket.bind('127.0.0.1', 0);
  const name: { port?: number } = {};
  socket.getsockname(name);
  onTestFinished(() => socket.close());
  return { fd: socket.fd, port: name.port! };
};

/** LISTEN_PID is the service's own, so it is set between fork and exec. */
const startOn = (fd: number, config: string): { child: ChildProcess; listens: Promise<void> } => {
  const child = spawn(
    'sh',
    [
      '-c',
      'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"',
      'sh',
      process.execPath,
      '--import',
      'tsx',
      main,
      'start',
      '--config',
      config,
    ],
    { stdio: ['ignore', 'pipe', 'inherit', fd] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const listens = new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('inherited socket')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  return { child, listens };
};

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', (code) => resolve(code)));

it('is started anew under constant load: no request fails, every event arrives once', async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'nitka.json');
  writeFileSync(config, JSON.stringify({ sources: testSources, log: { level: 'info' } }));
  const { fd, port } = bindSocket();
  let current = startOn(fd, config);
  await current.listens;

  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  onTestFinished(() => agent.destroy());
  const statuses: (number | string)[] = [];
  const sent: string[] = [];
  let loading = true;
  const send = (messageId: string): Promise<void> =>
    new Promise((resolve) => {
      const outgoing = request(
        {
          agent,
          port,
          host: '127.0.0.1',
          path: '/v1/track',
          method: 'POST',
          headers: { authorization: `Bearer ${serverKey}` },
        },
        (response) => {
          statuses.push(response.statusCode ?? 0);
          response.resume().once('end', resolve);
        },
      );
      outgoing.once('error', (error) => {
        statuses.push(error.message);
        resolve();
      });
      outgoing.end(JSON.stringify({ messageId, event: 'E', userId: 'u' }));
    });
  const workers = Array.from({ length: 8 }, async (_, worker) => {
    for (let count = 0; loading; count += 1) {
      const id = `w${worker}-${count}`;
      sent.push(id);
      await send(id);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });

  const untilMore = async (): Promise<void> => {
    const before = statuses.length;
    while (statuses.length < before + 100) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const stop = async (): Promise<void> => {
    const gone = ended(current.child);
    current.listens.catch(() => undefined);
    current.child.kill('SIGTERM');
    expect(await gone).toBe(0);
  };
  await untilMore();
  await stop();
  current = startOn(fd, config);
  await current.listens;
  await untilMore();
  loading = false;
  await Promise.all(workers);
  await stop();

  expect([...new Set(statuses)]).toEqual([200]);
  const collector = await openTestCollector({}, folder);
  await collector.loaded();
  while ((await collector.ask('query', { sql: 'SELECT 1' }).catch(() => null)) === null);
  const rows = await collector.rows('SELECT message_id FROM raw_events');
  expect(rows.map(({ message_id: id }) => id).sort()).toEqual([...sent].sort());
  expect(collector.balanced()).toBe(true);
});

it('takes a socket that was meant for this process alone', () => {
  expect(inheritedSocket({ LISTEN_FDS: '1', LISTEN_PID: '42' }, 42)).toBe(3);
  expect(inheritedSocket({ LISTEN_FDS: '1', LISTEN_PID: '41' }, 42)).toBe(null);
  expect(inheritedSocket({ LISTEN_FDS: '0', LISTEN_PID: '42' }, 42)).toBe(null);
  expect(inheritedSocket({}, 42)).toBe(null);
});
