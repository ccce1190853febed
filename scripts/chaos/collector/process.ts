import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { adminAddress } from '../../../packages/collector/src/admin/address.ts';
import { askOwner } from '../../../packages/collector/src/admin/client.ts';
import type { QueryResult } from '../../../packages/collector/src/destinations/destination.ts';
import type { LedgerLine } from '../../../packages/collector/src/ledger.ts';

const main = fileURLToPath(new URL('../../../packages/collector/dist/main.js', import.meta.url));
const preload = new URL('clock-preload.mjs', import.meta.url).href;

/** How a process ended, or null while it runs. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface CollectorProcess {
  readonly folder: string;
  /** Of the HTTP server; 0 while there is none. */
  port(): number;
  pid(): number | undefined;
  /** Resolves with null once it listens, or with its end if it did not come to that. */
  start(): Promise<End | null>;
  /** Starts and does not wait. */
  launch(): void;
  /** Sends a signal and waits for the end; null if nothing ran. */
  end(signal: NodeJS.Signals): Promise<End | null>;
  signal(signal: NodeJS.Signals): void;
  isRunning(): boolean;
  /** Files of the process cannot grow beyond so many bytes, as on a full disk; null: they can. */
  limitFiles(bytes: number | null): Promise<void>;
  /** From its next start on a file of the log that is so long is followed by the next one; null: as long as ever. */
  setLogFiles(bytes: number | null): void;
  /** Its clock is so many milliseconds wrong from now on. */
  shiftClock(milliseconds: number): void;
  books(): Promise<LedgerLine[]>;
  query(sql: string): Promise<QueryResult['rows']>;
  /** Ends that nobody asked for since this was asked last. */
  surprises(): End[];
  /** All that the process of now has printed. */
  output(): string;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * The built collector in a process of its own, with what a tester may do to it. A full disk is a limit of the size of its files: writes
 * beyond it fail in the kernel, as they do without space, and need neither root nor a file system of one's own.
 */
export const createCollectorProcess = (
  folder: string,
  config: Readonly<Record<string, unknown>>,
  preloads: readonly string[] = [preload],
  environment: Readonly<Record<string, string>> = {},
): CollectorProcess => {
  const file = join(folder, 'nitka.json');
  const clock = join(folder, 'clock');
  writeFileSync(file, JSON.stringify(config, null, 2));
  writeFileSync(clock, '0');
  const admin = adminAddress(join(folder, 'data'));
  let child: ChildProcess | null = null;
  let ended: Promise<End> | null = null;
  let port = 0;
  let output = '';
  let isExpected = false;
  let logFiles: Record<string, string> = {};
  let surprises: End[] = [];

  const launch = (): void => {
    output = '';
    port = 0;
    isExpected = false;
    // The signal that comes with a file over the limit would end the process; what is ignored stays ignored over exec.
    const started = spawn(
      'bash',
      [
        '-c',
        `trap '' XFSZ; exec "$@"`,
        'collector',
        process.execPath,
        ...preloads.flatMap((each) => ['--import', each]),
        main,
      ].concat(['start', '--config', file]),
      {
        cwd: folder,
        env: { ...process.env, NITKA_CHAOS_CLOCK: clock, ...logFiles, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (text: Buffer) => {
        if (child !== started) return;
        output = (output + text.toString()).slice(-20_000);
        port ||= Number(/listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1] ?? 0);
      });
    }
    ended = new Promise((resolve) => {
      started.once('exit', (code, signal) => {
        if (child === started) child = null;
        port = 0;
        // What was printed last may still be on its way.
        setTimeout(() => {
          const end = { code, signal, output };
          if (!isExpected) surprises.push(end);
          resolve(end);
        }, 20);
      });
    });
  };

  const listening = async (isOver: () => boolean): Promise<void> => {
    while (port === 0 && !isOver()) await pause(10);
  };

  const ask = async <T>(command: string, input: unknown): Promise<T> => {
    const answer = await askOwner<T>(admin, command, input);
    if (!answer) throw new Error('the collector does not run');
    return answer.result;
  };

  return {
    folder,
    port: () => port,
    pid: () => child?.pid,
    launch,
    async start() {
      launch();
      let isOver = false;
      const over = ended!.then((end) => {
        isOver = true;
        return end;
      });
      await Promise.race([over, listening(() => isOver)]);
      if (!isOver) return null;
      // Who starts it deals with that.
      surprises.pop();
      return over;
    },
    async end(signal) {
      if (!child) return null;
      const end = ended!;
      isExpected = true;
      child.kill(signal);
      return end;
    },
    signal(signal) {
      child?.kill(signal);
    },
    isRunning: () => child !== null,
    async limitFiles(bytes) {
      if (!child?.pid) return;
      // Only the soft limit: it can be raised again without privileges.
      const limit = `--fsize=${bytes ?? 'unlimited'}:`;
      await promisify(execFile)('prlimit', ['--pid', String(child.pid), limit]).catch(() => undefined);
    },
    setLogFiles(bytes) {
      logFiles = bytes === null ? {} : { NITKA_TEST_LOG_FILE_BYTES: String(bytes) };
    },
    shiftClock: (milliseconds) => writeFileSync(clock, String(milliseconds)),
    books: () => ask<LedgerLine[]>('ledger', {}),
    query: async (sql) => (await ask<QueryResult>('query', { sql })).rows,
    surprises() {
      const found = surprises;
      surprises = [];
      return found;
    },
    output: () => output,
  };
};
