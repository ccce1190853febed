import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { adminAddress } from '../../src/admin/address.ts';
import { temporaryFolder, testSources } from './collector.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const command = (args: readonly string[]): string[] => ['--import', 'tsx', main, ...args];

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The program with these words behind it, until it ends. */
export const runProgram = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, command(args), (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });

export interface CollectorProcess {
  /** Where the owner of its data folder listens for commands. */
  readonly admin: string;
  /** Changes with each start. */
  url(): string;
  start(): Promise<void>;
  /** Resolves with the exit code, null after a kill. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  output(): string;
  run(...args: string[]): Promise<string>;
}

/** The real program in a process of its own, from source. */
export const createCollectorProcess = (config: Record<string, unknown> = {}): CollectorProcess => {
  const folder = temporaryFolder();
  const file = join(folder, 'nitka.json');
  writeFileSync(
    file,
    JSON.stringify({
      listen: { port: 0 },
      sources: testSources,
      loader: { maxDelayMs: 20 },
      limits: { eventLoopDelayMs: 0 },
      ...config,
    }),
  );
  let child: ChildProcess | null = null;
  let url = '';
  let output = '';

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const started = spawn(process.execPath, command(['start', '--config', file]), {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      let own = '';
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        own += chunk.toString();
        const port = /listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(own)?.[1];
        if (!port) return;
        url = `http://127.0.0.1:${port}`;
        resolve();
      };
      started.stdout.on('data', read);
      started.stderr.on('data', read);
      started.once('exit', (code) => reject(new Error(`the collector ended with ${code}: ${own}`)));
    });

  const stop = (signal: NodeJS.Signals): Promise<number | null> =>
    new Promise((resolve) => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return resolve(null);
      child.once('exit', (code) => resolve(code));
      child.kill(signal);
    });

  onTestFinished(async () => {
    await stop('SIGKILL');
  });
  return {
    admin: adminAddress(join(folder, 'data')),
    url: () => url,
    start,
    stop,
    output: () => output,
    run: async (...args) =>
      (await promisify(execFile)(process.execPath, command([...args, '--config', file]))).stdout,
  };
};
