import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outage, Throughput } from './results.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Milliseconds after which a program that hangs is ended. */
const patience = 60_000;

interface Count {
  readonly delivered: number;
  readonly copies: number;
}

export interface BenchServer {
  readonly endpoint: string;
  ask<T>(what: 'state' | 'count' | 'up' | 'down' | 'reset'): Promise<T>;
  close(): void;
}

export const startServer = async (): Promise<BenchServer> => {
  const child = spawn(process.execPath, ['--max-old-space-size=4096', here('server.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const endpoint = `http://127.0.0.1:${String(port).trim()}`;
  return {
    endpoint,
    ask: async <T>(what: string) => (await (await fetch(`${endpoint}/bench/${what}`)).json()) as T,
    close: () => void child.kill(),
  };
};

interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
}

const start = (args: readonly string[]): Program => {
  const child = spawn(process.execPath, [here('program.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  const ended = once(child, 'close').then(() => {
    clearTimeout(timer);
    return output;
  });
  return { child, ended };
};

const lastJson = <T>(output: string): T => {
  const line = output.split('\n').findLast((text) => text.startsWith('{'));
  if (!line) throw new Error('the program ended without a result');
  return JSON.parse(line) as T;
};

/** A folder for the queue of one measurement, gone afterwards. */
const withFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'nitka-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const mebi = (kibibytes: number): number => Math.round(kibibytes / 1024);

export const measureThroughput = (
  server: BenchServer,
  subject: string,
  calls: number,
  settings: 'tuned' | 'standard',
): Promise<Throughput> =>
  withFolder(async (folder) => {
    await server.ask('reset');
    const { ended } = start([subject, 'throughput', server.endpoint, folder, String(calls), settings]);
    const own = lastJson<{ started: number; cpu: number; cpuLate: number; rss: number; uncaught: number }>(
      await ended,
    );
    const { lastAt } = await server.ask<{ lastAt: number }>('state');
    const { delivered, copies } = await server.ask<Count>('count');
    const seconds = Math.max(1, lastAt - own.started) / 1000;
    return {
      eventsPerSecond: Math.round(delivered / seconds),
      cpuPerEvent: Math.round((own.cpu / Math.max(1, delivered)) * 100) / 100,
      delivered,
      copies,
      rss: mebi(own.rss),
      uncaught: own.uncaught,
    };
  });

export const measureOutage = (server: BenchServer, subject: string, calls: number): Promise<Outage> =>
  withFolder(async (folder) => {
    await server.ask('reset');
    await server.ask('down');
    const { ended } = start([subject, 'outage', server.endpoint, folder, String(calls), 'tuned']);
    const { rss, uncaught } = lastJson<{ rss: number; uncaught: number }>(await ended);
    const { delivered } = await server.ask<Count>('count');
    return { rss: mebi(rss), kept: delivered, uncaught };
  });

/** Ends the program in one of three ways, starts it once more, and counts what arrived in all. */
export const measureEnd = (
  server: BenchServer,
  subject: string,
  way: 'exit' | 'sigterm' | 'kill',
  calls: number,
): Promise<number> =>
  withFolder(async (folder) => {
    await server.ask('reset');
    if (way === 'kill') await server.ask('down');
    const { child, ended } = start([subject, way, server.endpoint, folder, String(calls), 'standard']);
    if (way !== 'exit') {
      await Promise.race([once(child.stdout!, 'data'), ended]);
      child.kill(way === 'kill' ? 'SIGKILL' : 'SIGTERM');
    }
    await ended;
    await server.ask('up');
    await start([subject, 'resume', server.endpoint, folder, '0', 'standard']).ended;
    return (await server.ask<Count>('count')).delivered;
  });
