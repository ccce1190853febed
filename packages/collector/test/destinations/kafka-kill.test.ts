import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { needsServer, title } from '../../../../tests/support/servers.ts';
import { createKafka } from '../../src/destinations/kafka.ts';
import { temporaryFolder } from '../support/collector.ts';
import { takeTurns } from '../support/exclusive.ts';
import { freshName, messagesOf } from '../support/kafka.ts';
import { seededRandom } from '../support/random.ts';

const kafka = needsServer('kafka');
takeTurns(kafka);
/** `NITKA_KAFKA_ROUNDS=10 NITKA_KAFKA_SEED=1`: more rounds than continuous integration has time for. */
const rounds = Number(process.env['NITKA_KAFKA_ROUNDS'] ?? 1);
const firstSeed = Number(process.env['NITKA_KAFKA_SEED'] ?? 1);

const loads = 40;
const program = fileURLToPath(new URL('kafka-process.ts', import.meta.url));
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const round = async (seed: number): Promise<{ writerKills: number; brokerKills: number }> => {
  const random = seededRandom(seed);
  const state = freshName();
  const folder = temporaryFolder();
  const options = {
    type: 'kafka',
    brokers: [kafka.url],
    topic: `${state}-events`,
    rejectsTopic: `${state}-rejects`,
    loadsTopic: `${state}-loads`,
    create: { partitions: 3, replicas: 1 },
    minInsyncReplicas: 1,
    timeoutSeconds: 5,
  };
  const first = await createKafka(options, { dataDir: folder });
  await first.open();
  await first.close();

  let done = -1;
  let writerKills = 0;
  let brokerKills = 0;
  let broker = Promise.resolve();
  let brokerIsDown = false;
  const killBroker = async (): Promise<void> => {
    brokerKills += 1;
    brokerIsDown = true;
    await kafka.control('kill');
    await kafka.control('start');
    brokerIsDown = false;
  };

  while (done < loads - 1) {
    // What is done is sent once more, too: its answer may have been lost with the collector.
    const args = [JSON.stringify(options), String(Math.max(done, 0)), String(loads), folder];
    const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let started = false;
    child.stdout.on('data', (text: Buffer) => {
      for (const line of text.toString().split('\n')) {
        if (/^\d+$/.test(line)) done = Number(line);
      }
      if (started) return;
      started = true;
      if (writerKills < 4) {
        const after = random() * 150;
        setTimeout(() => child.kill('SIGKILL'), after);
      }
      if (brokerKills < 2 && !brokerIsDown && random() < 0.6) {
        broker = pause(random() * 150).then(killBroker);
      }
    });
    await once(child, 'close');
    if (child.signalCode === 'SIGKILL') writerKills += 1;
    else expect(child.exitCode).toBe(0);
    if (random() < 0.5) await broker;
  }
  await broker;
  const ids = (await messagesOf(kafka.url, options.topic)).map(({ headers }) => headers.get('messageId'));
  expect(new Set(ids).size, `seed ${seed}`).toBe(loads * 100);
  expect(ids, `seed ${seed}`).toHaveLength(loads * 100);
  return { writerKills, brokerKills };
};

describe.skipIf(kafka.missing)(title('Kafka with kill -9', kafka), () => {
  it(
    'holds every row once while the writer and the broker are killed',
    { timeout: rounds * 300_000 },
    async () => {
      let kills = 0;
      for (let at = 0; at < rounds; at += 1) {
        const seed = firstSeed + at;
        const { writerKills, brokerKills } = await round(seed);
        process.stdout.write(
          `seed ${seed}: writer killed ${writerKills} times, broker ${brokerKills} times\n`,
        );
        kills += writerKills;
      }
      expect(kills).toBeGreaterThan(0);
    },
  );
});
