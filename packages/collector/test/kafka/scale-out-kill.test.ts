import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { parseConfig } from '../../src/config-file.ts';
import { readKafkaBooks } from '../../src/kafka/books-report.ts';
import type { LedgerLine } from '../../src/ledger.ts';
import { browserKey, temporaryFolder, testSources } from '../support/collector.ts';
import { takeTurns } from '../support/exclusive.ts';
import { freshName, kafkaSpool } from '../support/kafka.ts';
import { createCollectorProcess } from '../support/process.ts';
import type { CollectorProcess } from '../support/process.ts';
import { seededRandom } from '../support/random.ts';

const kafka = needsServer('kafka');
const postgres = needsServer('postgres');
takeTurns(kafka, postgres);
/** `NITKA_KAFKA_ROUNDS=10 NITKA_KAFKA_SEED=1`: more rounds, from another seed, than continuous integration has time for. */
const rounds = Number(process.env['NITKA_KAFKA_ROUNDS'] ?? 1);
const firstSeed = Number(process.env['NITKA_KAFKA_SEED'] ?? 1);
const kills = 4;
/** Milliseconds without any progress after which nothing is waited for any more. */
const standstill = 90_000;
const missing = kafka.missing ?? postgres.missing;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Sends batches until `done`, each again and again to any collector until one has answered 200. */
const createSender = (collectors: readonly CollectorProcess[], random: () => number) => {
  const accepted: string[] = [];
  let repeats = 0;
  const post = async (batch: readonly object[]): Promise<boolean> => {
    const { url } = collectors[Math.floor(random() * collectors.length)]!;
    const answer = await fetch(`${url()}/v1/batch`, {
      method: 'POST',
      body: JSON.stringify({ writeKey: browserKey, batch }),
      signal: AbortSignal.timeout(8000),
    }).catch(() => null);
    await answer?.arrayBuffer().catch(() => undefined);
    return answer?.status === 200;
  };
  const deliver = async (batch: readonly object[]): Promise<void> => {
    while (!(await post(batch))) {
      repeats += 1;
      await pause(50);
    }
  };
  return {
    accepted,
    repeats: () => repeats,
    async run(done: () => boolean): Promise<void> {
      while (!done()) {
        const ids = Array.from({ length: 20 }, () => randomUUID());
        const batch = ids.map((messageId, at) => ({
          type: 'track', event: 'E', messageId, anonymousId: `visitor-${at % 5}`,
        })); // prettier-ignore
        await deliver(batch);
        accepted.push(...ids);
        // An SDK whose answer was lost.
        if (random() < 0.2) await deliver(batch.slice(5));
        await pause(10);
      }
    },
  };
};

const round = async (seed: number, loaderCount: number, destination: object) => {
  const random = seededRandom(seed);
  const state = freshName();
  const config = (role: string): Record<string, unknown> => ({
    role,
    shutdownSeconds: 2,
    destinations: [destination],
    spool: kafkaSpool(kafka.url, state, 4),
  });
  const collectors = [0, 1].map(() => createCollectorProcess(config('http')));
  const loaders = Array.from({ length: loaderCount }, () => createCollectorProcess(config('loader')));
  const processes = [...collectors, ...loaders];
  await Promise.all(processes.map((each) => each.start()));

  let finished = false;
  const senders = [1, 2].map((at) => createSender(collectors, seededRandom(seed * 2 + at)));
  const sending = Promise.all(senders.map((sender) => sender.run(() => finished)));
  const restarts: Promise<void>[] = [];
  const away = new Set<CollectorProcess>();
  for (let at = 0; at < kills; at += 1) {
    await pause(300 + random() * 1200);
    const up = processes.filter((each) => !away.has(each));
    const victim = up[Math.floor(random() * up.length)];
    if (at === 1 || !victim) {
      await kafka.control('kill');
      await pause(random() * 1000);
      await kafka.control('start');
      continue;
    }
    await victim.stop('SIGKILL');
    await pause(random() * 500);
    away.add(victim);
    restarts.push(victim.start().then(() => void away.delete(victim)));
  }
  await Promise.all(restarts);
  await pause(1000);
  finished = true;
  await sending;

  const parsed = parseConfig({ sources: testSources, ...config('loader') }, temporaryFolder());
  let lines: LedgerLine[] = [];
  // As long as something is loaded it is waited for, however slow the machine is.
  let least = Infinity;
  let until = Date.now() + standstill;
  while (least > 0 && Date.now() < until) {
    await pause(250);
    lines = await readKafkaBooks(parsed).catch(() => []);
    const pending = lines[0]?.pending ?? Infinity;
    if (pending >= least) continue;
    least = pending;
    until = Date.now() + standstill;
  }
  const accepted = senders.flatMap((sender) => sender.accepted);
  const repeats = senders.reduce((sum, sender) => sum + sender.repeats(), 0);
  const output = loaders.map((loader) => loader.output()).join('\n');
  process.stdout.write(`seed ${seed}: ${accepted.length} events, ${repeats} requests repeated\n`);
  return {
    accepted,
    lines,
    output,
    end: () => Promise.all(processes.map((each) => each.stop('SIGTERM'))),
    loaders,
  };
};

const expectOnce = (
  seed: number,
  rows: readonly string[],
  { accepted, lines, output }: Pick<Awaited<ReturnType<typeof round>>, 'accepted' | 'lines' | 'output'>,
): void => {
  if (lines[0]?.pending !== 0) process.stderr.write(output);
  expect(lines, `seed ${seed}`).toMatchObject([{ pending: 0, rejected: 0, balanced: true }]);
  const found = new Set(rows);
  expect(rows.length, `seed ${seed}: twice`).toBe(found.size);
  expect(
    accepted.filter((id) => !found.has(id)),
    `seed ${seed}: lost`,
  ).toEqual([]);
  // What the loaders counted is what is there: nothing was left to the destination to recognise.
  expect(lines[0]!.loaded, `seed ${seed}: counted`).toBe(rows.length);
};

describe.skipIf(missing)(title('scale-out with kill -9', kafka.missing ? kafka : postgres), () => {
  it(
    'puts every event into PostgreSQL once: 2 collectors, 2 loaders and the broker are killed',
    { timeout: rounds * 300_000 },
    async () => {
      for (let at = 0; at < rounds; at += 1) {
        const seed = firstSeed + at;
        const schema = `t_${randomBytes(6).toString('hex')}`;
        const result = await round(seed, 2, { type: 'postgres', url: postgres.url, schema });
        const client = new pg.Client(postgres.url);
        await client.connect();
        const { rows } = await client.query<{ message_id: string }>(
          `SELECT message_id FROM ${schema}.raw_events`,
        );
        await result.end();
        await client.query(`DROP SCHEMA ${schema} CASCADE`);
        await client.end();
        expectOnce(
          seed,
          rows.map(({ message_id: id }) => id),
          result,
        );
      }
    },
  );

  it(
    'puts every event into DuckDB once: 2 collectors, a loader and the broker are killed',
    { timeout: rounds * 300_000 },
    async () => {
      for (let at = 0; at < rounds; at += 1) {
        const seed = firstSeed + at;
        const path = `${temporaryFolder()}/warehouse.duckdb`;
        const result = await round(seed, 1, { type: 'duckdb', path });
        const text = await result.loaders[0]!.run('query', 'SELECT message_id FROM raw_events', '--json');
        await result.end();
        expectOnce(
          seed,
          (JSON.parse(text) as { message_id: string }[]).map(({ message_id: id }) => id),
          result,
        );
      }
    },
  );
});
