import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { needsServer, title } from '../../../tests/support/servers.ts';
import { openCollector } from '../src/collector.ts';
import { parseConfig } from '../src/config-file.ts';
import type { DestinationConfig } from '../src/config.ts';
import { DestinationError } from '../src/destinations/destination.ts';
import type { Destination } from '../src/destinations/destination.ts';
import { createDestination, destinationTypes } from '../src/destinations/index.ts';
import { browserKey, temporaryFolder, testSources } from './support/collector.ts';
import { takeTurns } from './support/exclusive.ts';
import { freshDatabase, freshSchema } from './support/fresh-tables.ts';
import { seededRandom } from './support/random.ts';

const postgres = needsServer('postgres');
const clickhouse = needsServer('clickhouse');
takeTurns(postgres, clickhouse);

it('has the five destinations', () => {
  expect([...destinationTypes].sort()).toEqual(['clickhouse', 'duckdb', 'kafka', 'parquet', 'postgres']);
});

/** A destination whose answers get lost, before or after the commit. */
const unreliable = (real: Destination, random: () => number): Destination => ({
  ...real,
  async load(batch) {
    if (random() < 0.3) throw new DestinationError('temporary', 'the request was lost');
    await real.load(batch);
    if (random() < 0.3) throw new DestinationError('temporary', 'the answer was lost');
  },
});

/** Config of each destination that can be run here, with fresh tables that are gone after the test. */
const destinationsHere = (folder: string): DestinationConfig[] => {
  const found: DestinationConfig[] = [
    { type: 'duckdb', name: 'duckdb', path: join(folder, 'w.duckdb') },
    { type: 'parquet', name: 'parquet', path: join(folder, 'lake') },
  ];
  if (!postgres.missing) {
    const schema = freshSchema(postgres.url);
    found.push({ type: 'postgres', name: 'postgres', url: postgres.url, schema });
  }
  if (!clickhouse.missing) {
    const database = freshDatabase(clickhouse.url);
    found.push({ type: 'clickhouse', name: 'clickhouse', url: clickhouse.url, database });
  }
  return found;
};

it(
  title(
    title('fills several destinations at once, each row once, while requests and answers get lost', postgres),
    clickhouse,
  ),
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();
    const destinations = destinationsHere(folder);
    const loader = { maxDelayMs: 5, maxEvents: 100 };
    const log = { level: 'silent' };
    const config = parseConfig({ sources: testSources, log, loader, destinations }, folder);
    const random = seededRandom(20261121);
    const real = new Map<string, Destination>();
    const collector = await openCollector(config, {
      // Waits after a failure are short.
      random: () => 0.01,
      createDestination: async (options, dataDir) => {
        const destination = await createDestination(options, dataDir);
        real.set(options.name, destination);
        return unreliable(destination, random);
      },
    });
    onTestFinished(() => collector.close());
    const sent = 1500;
    for (let at = 0; at < sent; at += 50) {
      const batch = Array.from({ length: 50 }, (_, index) => {
        return { type: 'track', event: 'E', anonymousId: `a${index}`, messageId: `m${at + index}` };
      });
      const payload = JSON.stringify({
        writeKey: browserKey,
        batch: [...batch, { type: 'nonsense', messageId: `r${at}` }],
      });
      const answer = await collector.app.inject({ method: 'POST', url: '/v1/batch', payload });
      expect(answer.statusCode).toBe(200);
    }
    const names = destinations.map(({ name }) => name);
    while (names.some((name) => collector.spool.lag(name) > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const name of names) {
      const ask = async (sql: string): Promise<number[]> => {
        const { rows } = await real.get(name)!.query!(sql, 1);
        return rows[0]!.map(Number);
      };
      expect([name, await ask('SELECT count(*), count(DISTINCT message_id) FROM raw_events')]).toEqual([
        name,
        [sent, sent],
      ]);
      expect([name, await ask('SELECT count(*) FROM raw_rejects')]).toEqual([name, [sent / 50]]);
    }
    expect(collector.spool.books(names).every(({ balanced }) => balanced)).toBe(true);
  },
);
