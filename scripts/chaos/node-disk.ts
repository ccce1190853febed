/**
 * The disk queue of @nitka/node and a real collector under `kill -9`: in each round one or two programs add events to the
 * same folder and are killed at a random moment, and so is, now and then, the collector with its DuckDB. In the end
 * every event whose `stored()` had resolved must be in `raw_events` exactly once and as it was sent, and the collector's
 * books must balance. What the collector was sent more than once is right, and printed: it is what it has its index for.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgress } from '../../bench/shared/progress.ts';
import { createRandom, type Random } from './random.ts';
import { startReceiver, type Receiver } from './node-disk/receiver.ts';
import { drain, startWriter } from './node-disk/writer.ts';

interface Options {
  readonly rounds: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Deaths {
  writers: number;
  collectors: number;
}

const round = async (
  n: number,
  random: Random,
  folder: string,
  receiver: Receiver,
  promised: Set<string>,
  deaths: Deaths,
) => {
  const writers = Array.from({ length: random.chance(0.3) ? 2 : 1 }, (_, index) =>
    startWriter({
      folder,
      endpoint: receiver.endpoint,
      writeKey: receiver.writeKey,
      prefix: `${n}-${index}`,
      keep: (id) => promised.add(id),
    }),
  );
  // Drawn before anything is waited for, so that a seed gives the same deaths on any machine.
  const isReceiverKilled = random.chance(0.4);
  const isReceiverBack = random.chance(0.7);
  const lives = writers.map(() => random.between(0, 400));
  const receiverLife = random.between(0, 400);
  const killing = writers.map(async (writer, index) => {
    await writer.started;
    await pause(lives[index]!);
    await writer.kill();
    deaths.writers++;
  });
  if (isReceiverKilled && receiver.isRunning()) {
    await Promise.race(writers.map(({ started }) => started));
    await pause(receiverLife);
    await receiver.kill();
    deaths.collectors++;
  }
  await Promise.all(killing);
  if (isReceiverBack && !receiver.isRunning()) await receiver.start();
};

export const run = async ({ rounds, seed, log }: Options): Promise<boolean> => {
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'nitka-chaos-'));
  const receiver = await startReceiver();
  const promised = new Set<string>();
  const deaths: Deaths = { writers: 0, collectors: 0 };
  const progress = startProgress(rounds);
  const started = Date.now();
  try {
    for (let n = 1; n <= rounds; n++) {
      if (random.chance(0.5) && !receiver.isRunning()) await receiver.start();
      await round(n, random, join(folder, 'queue'), receiver, promised, deaths);
      progress.step(`seed ${seed}: ${promised.size} events promised`);
    }
    progress.done();
    if (!receiver.isRunning()) await receiver.start();
    const pending = await drain(join(folder, 'queue'), receiver.endpoint, receiver.writeKey);
    const { copies, damaged, repeats, rejected, balanced } = await receiver.received();
    const lost = [...promised].filter((id) => !copies.has(id));
    const twice = [...copies].filter(([, count]) => count > 1).map(([id]) => id);
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    log(
      `seed ${seed}, ${rounds} rounds, ${seconds} s: ${deaths.writers} programs and ${deaths.collectors} collectors killed\n` +
        `promised ${promised.size}; rows ${copies.size} (${copies.size - promised.size + lost.length} of promises that the kill ` +
        `cut off); lost ${lost.length}, twice ${twice.length}, damaged ${damaged}, rejected ${rejected}, pending ${pending}; ` +
        `sent again ${repeats}; books ${balanced ? 'balanced' : 'NOT BALANCED'}`,
    );
    if (lost.length > 0) log(`lost: ${lost.slice(0, 20).join(' ')}`);
    if (twice.length > 0) log(`twice: ${twice.slice(0, 20).join(' ')}`);
    const isWhole = lost.length === 0 && twice.length === 0 && damaged === 0 && rejected === 0;
    return isWhole && pending === 0 && balanced && promised.size > 0;
  } finally {
    await receiver.close();
    await rm(folder, { recursive: true, force: true });
  }
};
