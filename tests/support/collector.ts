import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { adminAddress } from '../../packages/collector/src/admin/address.ts';
import { askOwner } from '../../packages/collector/src/admin/client.ts';
import type { QueryResult } from '../../packages/collector/src/destinations/destination.ts';
import { freePort } from './free-port.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The built program. */
export const command = join(root, 'packages/collector/dist/main.js');
const script = join(root, 'packages/sdk-browser/dist/nitka.js');

/** The write keys of the two sources that every test collector has. */
export const writeKeys = { browser: 'browser-write-key', server: 'server-write-key' } as const;

/** What a test may choose. */
export interface CollectorOptions {
  /** Pages that may send with the browser write key, such as `http://shop.localhost:34567`. @default [] */
  origins?: string[];
  /** Fields of the config file, laid over those of the test. */
  config?: Record<string, unknown>;
  /** Variables for the process. */
  env?: Record<string, string>;
}

/** A collector in a process of its own, on a data folder of its own. */
export interface CollectorProcess {
  /** `http://127.0.0.1:<port>`, the same after a restart. */
  url: string;
  port: number;
  /** Holds the config file and everything the collector writes. */
  folder: string;
  /** What the process has printed since the first start. */
  output(): string;
  /** Ends the process and waits for its end; `SIGKILL` is a crash. @default 'SIGTERM' */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts again on the same port and data, after {@link CollectorProcess.kill}. */
  restart(): Promise<void>;
  /** Rows of a statement, asked while the collector runs. */
  query<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
  /** Asks until `accept` says yes. Fails with the last rows once `timeout` milliseconds are over. @default 60000 */
  eventually<Row = Record<string, unknown>>(
    sql: string,
    accept: (rows: Row[]) => boolean,
    timeout?: number,
  ): Promise<Row[]>;
  /** Kills the process if it runs and removes the folder. */
  close(): Promise<void>;
}

/**
 * Runs the built collector as its users do, through its command.
 *
 * @example
 * const collector = await startCollector({ origins: [site.url('').slice(0, -1)] });
 * await collector.kill('SIGKILL');
 * await collector.restart();
 * const rows = await collector.query('SELECT count(*) AS n FROM raw_events');
 * await collector.close();
 */
export async function startCollector(options: CollectorOptions = {}): Promise<CollectorProcess> {
  if (!existsSync(command)) throw new Error('packages/collector is not built: run pnpm build collector');
  const folder = await mkdtemp(join(tmpdir(), 'nitka-collector-'));
  const port = await freePort();
  const config = join(folder, 'nitka.json');
  await writeFile(config, JSON.stringify(configOf(port, options), null, 2));

  let child: ChildProcess | undefined;
  let printed = '';
  const start = async (): Promise<void> => {
    const started = spawn(process.execPath, [command, 'start', '--config', config], {
      cwd: folder,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (text: Buffer) => (printed += text.toString()));
    }
    await ready(`http://127.0.0.1:${port}/readyz`, started, () => printed);
  };
  const kill = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await ended;
  };
  const query = async <Row>(sql: string): Promise<Row[]> => {
    const args = [command, 'query', '--config', config, '--json', sql];
    for (const until = Date.now() + 60_000; ; await sleep(100)) {
      try {
        const options = { cwd: folder, maxBuffer: 2 ** 28 };
        const { stdout } = await promisify(execFile)(process.execPath, args, options);
        return JSON.parse(stdout) as Row[];
      } catch (error) {
        if (!isTooEarly(error) || Date.now() > until) throw error;
      }
    }
  };

  const close = async (): Promise<void> => {
    await kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };

  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    folder,
    output: () => printed,
    kill,
    restart: start,
    query,
    async eventually<Row>(sql: string, accept: (rows: Row[]) => boolean, timeout = 60_000): Promise<Row[]> {
      const until = Date.now() + timeout;
      for (;;) {
        const rows = await askSocket<Row>(join(folder, 'data'), sql).catch((error: unknown) => {
          if (!isTooEarly(error) || Date.now() > until) throw error;
        });
        if (rows && accept(rows)) return rows;
        if (Date.now() > until) throw new Error(`not reached: ${sql}\n${JSON.stringify(rows, null, 2)}`);
        await sleep(100);
      }
    },
    close,
  };
}

/** A collector takes events as soon as it is ready, and opens its warehouse meanwhile. */
const isTooEarly = (error: unknown): boolean => String(error).includes('is not open yet');

/** What `query` asks, without a process for each question. */
async function askSocket<Row>(dataDir: string, sql: string): Promise<Row[]> {
  const answer = await askOwner<QueryResult>(adminAddress(dataDir), 'query', { sql });
  if (!answer) throw new Error('the collector does not run');
  const { columns, rows } = answer.result;
  return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])) as Row);
}

function configOf(port: number, { origins = [], config = {} }: CollectorOptions): Record<string, unknown> {
  return {
    dataDir: './data',
    listen: { host: '127.0.0.1', port },
    sources: [
      { name: 'site', kind: 'browser', writeKey: writeKeys.browser, origins },
      {
        name: 'till',
        kind: 'server',
        writeKeySha256: createHash('sha256').update(writeKeys.server).digest('hex'),
      },
    ],
    ...(existsSync(script) && { script: { file: script } }),
    loader: { maxDelayMs: 50 },
    log: { level: 'warn' },
    ...config,
  };
}

async function ready(address: string, child: ChildProcess, printed: () => string): Promise<void> {
  const until = Date.now() + 90_000;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the collector ended with ${child.exitCode ?? child.signalCode}:\n${printed()}`);
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > until) throw new Error(`the collector is not ready:\n${printed()}`);
    await sleep(25);
  }
}
