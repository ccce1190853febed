/**
 * The disk queue of @nitka/node under `kill -9`: in each round one or two programs add events to the same folder and are
 * killed at a random moment, and so is, now and then, the server that receives them. In the end every event whose
 * `stored()` had resolved must be in the server's durable file, with all its content, under a messageId of its own.
 *
 * The server, like the collector, notes an event before it answers and counts a repeated messageId once: a server that
 * dies between the two is asked again, so copies on the wire are right. Their number is printed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const round = async (
  n: number,
  random: Random,
  folder: string,
  receiver: Receiver,
  promised: Set<string>,
) => {
  const writers = Array.from({ length: random.chance(0.3) ? 2 : 1 }, (_, index) =>
    startWriter({
      folder,
      endpoint: receiver.endpoint,
      prefix: `${n}-${index}`,
      keep: (id) => promised.add(id),
    }),
  );
  const isReceiverKilled = random.chance(0.4);
  const killing = writers.map(async (writer) => {
    await writer.started;
    await pause(random.between(0, 250));
    await writer.kill();
  });
  if (isReceiverKilled) {
    await pause(random.between(0, 300));
    await receiver.kill();
  }
  await Promise.all(killing);
  if (isReceiverKilled && random.chance(0.7)) await receiver.start();
};

export const run = async ({ rounds, seed, log }: Options): Promise<boolean> => {
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'nitka-chaos-'));
  const receiver = await startReceiver(join(folder, 'received.ndjson'));
  const promised = new Set<string>();
  const started = Date.now();
  try {
    for (let n = 1; n <= rounds; n++) {
      if (!receiver.isRunning() && random.chance(0.5)) await receiver.start();
      await round(n, random, join(folder, 'queue'), receiver, promised);
      if (n % 20 === 0 || n === rounds) log(`round ${n}/${rounds}: ${promised.size} events promised`);
    }
    if (!receiver.isRunning()) await receiver.start();
    const pending = await drain(join(folder, 'queue'), receiver.endpoint);
    const { copies, damaged } = await receiver.received();
    const lost = [...promised].filter((id) => !copies.has(id));
    const wireCopies = [...copies.values()].reduce((sum, count) => sum + count - 1, 0);
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    log(
      `promised ${promised.size}, received ${copies.size} (of these ${copies.size - promised.size + lost.length} whose promise ` +
        `was cut off by the kill), lost ${lost.length}, damaged ${damaged}, pending ${pending}, ` +
        `copies on the wire ${wireCopies}; seed ${seed}, ${seconds} s`,
    );
    if (lost.length > 0) log(`lost: ${lost.slice(0, 20).join(' ')}`);
    return lost.length === 0 && damaged === 0 && pending === 0 && promised.size > 0;
  } finally {
    await receiver.kill();
    await rm(folder, { recursive: true, force: true });
  }
};
