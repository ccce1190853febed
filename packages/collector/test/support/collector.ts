import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { openCollector } from '../../src/collector.ts';
import type { Collector, CollectorParts } from '../../src/collector.ts';
import { parseConfig } from '../../src/config-file.ts';
import type { DestinationConfig } from '../../src/config.ts';
import { askOwner } from '../../src/admin/client.ts';
import { adminAddress } from '../../src/admin/address.ts';
import { hashWriteKey } from '../../src/plugins/write-key.ts';
import type { QueryResult } from '../../src/destinations/destination.ts';

export const browserKey = 'nb_test_key_0001';
export const serverKey = 'ns_test_key_0002';
export const page = 'https://shop.example';

/** The program of workers, from source: as `CollectorParts.workerScript`. */
export const workerScript = fileURLToPath(new URL('worker-thread.mjs', import.meta.url));

/** A folder that is gone after the test. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'nitka-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
};

export const testSources = [
  { name: 'site', kind: 'browser', writeKey: browserKey, origins: [page] },
  { name: 'till', kind: 'server', writeKeySha256: hashWriteKey(serverKey) },
];

export interface TestCollector extends Collector {
  readonly folder: string;
  /** Of its destinations. */
  readonly names: readonly string[];
  /** Gives a command to the admin socket, as the command line does. */
  ask<T>(command: string, input: unknown): Promise<T>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  /** Resolves when nothing waits for a destination. */
  loaded(): Promise<void>;
  /** True if the books of every source and destination balance. */
  balanced(): boolean;
}

/** With NITKA_TEST_WORKERS the events are judged by so many threads: what a test shows must be so with them, too. */
const testWorkers = (): { workers: number; workerScript: string } | null => {
  const workers = Number(process.env['NITKA_TEST_WORKERS'] ?? 0);
  return workers > 0 ? { workers, workerScript } : null;
};

/** A collector takes events as soon as it listens, and opens its destinations meanwhile. */
const ifTooEarly = (error: unknown): 'too early' => {
  if (String(error).includes('is not open yet')) return 'too early';
  throw error;
};

export const openTestCollector = async (
  config: Record<string, unknown> = {},
  folder = temporaryFolder(),
  parts: CollectorParts = {},
): Promise<TestCollector> => {
  const own = testWorkers();
  const { limits, ...rest } = config;
  const parsed = parseConfig(
    {
      sources: testSources,
      log: { level: 'silent' },
      loader: { maxDelayMs: 5 },
      listen: { port: 0 },
      // Other tests keep the machine busy: a request that is put off for that says nothing of what is tested.
      limits: { eventLoopDelayMs: 0, ...(limits as object | undefined) },
      ...(own && { workers: own.workers }),
      ...rest,
    },
    folder,
  );
  const collector = await openCollector(parsed, { ...(own && { workerScript: own.workerScript }), ...parts });
  onTestFinished(() => collector.close());
  const names = parsed.destinations.map(({ name }: DestinationConfig) => name);
  return {
    ...collector,
    folder,
    names,
    async ask<T>(command: string, input: unknown) {
      const answer = await askOwner<T>(adminAddress(parsed.dataDir), command, input);
      return answer!.result;
    },
    async rows(sql) {
      const ask = () => askOwner<QueryResult>(adminAddress(parsed.dataDir), 'query', { sql });
      let answer = await ask().catch(ifTooEarly);
      for (; answer === 'too early'; answer = await ask().catch(ifTooEarly)) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const { columns, rows } = answer!.result;
      return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
    },
    async loaded() {
      while (names.some((name) => collector.spool.lag(name) > 0)) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    balanced: () => collector.spool.books(names).every(({ balanced }) => balanced),
  };
};
