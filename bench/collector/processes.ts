import { execFile, fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadFigures, LoadTask } from './load.ts';

export const writeKey = 'nb_bench_key_0000';
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What is measured is what is published. Another build by NITKA_MAIN. */
const main = process.env['NITKA_MAIN'] ?? here('../../packages/collector/dist/main.js');

export interface Server {
  readonly port: number;
  readonly pid: number;
  /** Peaks since the start, MiB, all processes of it together; sampled ten times a second. */
  memory(): Memory;
  /** Since the start. */
  processorTime(): ProcessorTime;
  stop(): Promise<void>;
}

/** Microseconds. */
export interface ProcessorTime {
  /** Of the thread that has the connections. */
  readonly main: number;
  /** Of all threads. */
  readonly all: number;
}

export interface Memory {
  /** What the processes have for themselves. */
  readonly anonymous: number;
  /** With pages of files that are mapped: the kernel takes these back when it needs them. */
  readonly resident: number;
}

const childrenOf = async (pid: number): Promise<number[]> => {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
};

const memoryOf = async (pid: number): Promise<Memory> => {
  const sum = { anonymous: 0, resident: 0 };
  for (const each of [pid, ...(await childrenOf(pid))]) {
    const status = await readFile(`/proc/${each}/status`, 'utf8').catch(() => '');
    const field = (name: string): number =>
      Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
    sum.anonymous += field('RssAnon');
    sum.resident += field('VmRSS');
  }
  return sum;
};

/** By the scheduler's own account: https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat */
const timeOf = (pid: number): ProcessorTime => {
  const of = (thread: string): number =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  const all = readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + of(thread), 0);
  return { main: of(String(pid)), all };
};

const watchMemory = (pid: number): { peak(): Memory; stop(): void } => {
  let anonymous = 0;
  let resident = 0;
  const timer = setInterval(() => {
    void memoryOf(pid).then((now) => {
      anonymous = Math.max(anonymous, now.anonymous);
      resident = Math.max(resident, now.resident);
    });
  }, 100);
  return {
    peak: () => ({ anonymous: Math.round(anonymous), resident: Math.round(resident) }),
    stop: () => clearInterval(timer),
  };
};

const startServer = (command: readonly string[]): Promise<Server> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
    let output = '';
    const look = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-10_000);
      const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (!port) return;
      child.stdout.off('data', look).resume();
      resolve(serverOf(child, Number(port)));
    };
    child.stdout.on('data', look);
  });

const serverOf = (child: ChildProcess, port: number): Server => {
  const pid = child.pid ?? 0;
  const watch = watchMemory(pid);
  return {
    port,
    pid,
    memory: watch.peak,
    processorTime: () => timeOf(pid),
    async stop() {
      watch.stop();
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
};

export const startBare = (): Promise<Server> =>
  startServer(['--import', 'tsx', here('../../packages/collector/bench/bare.ts')]);

export interface BenchCollector extends Server {
  readonly folder: string;
  /** Events that wait for a destination. */
  waiting(): Promise<number>;
  /** Resolves when nothing waits any more. */
  loaded(): Promise<void>;
  query<T>(sql: string): Promise<T[]>;
  /** Ends it and removes its folder. */
  discard(): Promise<void>;
}

/** @param prepare makes the collector's folder ready before it starts */
export const startCollector = async (
  config: Record<string, unknown> = {},
  prepare: (folder: string) => void = () => undefined,
): Promise<BenchCollector> => {
  const folder = await mkdtemp(join(tmpdir(), 'nitka-bench-'));
  prepare(folder);
  const file = join(folder, 'nitka.json');
  const sources = [{ name: 'site', kind: 'browser', writeKey }];
  const shared = { listen: { port: 0 }, sources, log: { level: 'info' } };
  await writeFile(file, JSON.stringify({ ...shared, ...config }));
  const server = await startServer([main, 'start', '--config', file]);
  const waiting = async (): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
    return Math.max(
      ...[...text.matchAll(/^nitka_destination_waiting(?:{[^}]*})? (\S+)$/gm)].map(([, n]) => Number(n)),
    );
  };
  return {
    ...server,
    folder,
    waiting,
    async loaded() {
      while ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    },
    async query<T>(sql: string) {
      const command = [main, 'query', '--json', '--config', file, sql];
      const { stdout } = await promisify(execFile)(process.execPath, command, { maxBuffer: 2 ** 28 });
      return JSON.parse(stdout) as T[];
    },
    async discard() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export const sendLoad = async (task: Omit<LoadTask, 'writeKey'>): Promise<LoadFigures> => {
  const child = fork(here('load.ts'), [JSON.stringify({ ...task, writeKey })], {
    execArgv: ['--import', 'tsx'],
  });
  const [figures] = (await once(child, 'message')) as [LoadFigures];
  return figures;
};

/** Bytes of the files below. */
export const sizeOf = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.map(async (entry) =>
    entry.isFile()
      ? (await import('node:fs/promises')).stat(join(entry.parentPath, entry.name)).then(
          ({ blocks }) => blocks * 512,
          () => 0,
        )
      : 0,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
};
