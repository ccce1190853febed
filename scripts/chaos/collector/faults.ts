import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../random.ts';
import { damageIndexPage, goBackOne } from './index-damage.ts';
import { cutLog, damageEarlierFile, damageLogPage, logFiles, removeLogFile, tearLog } from './log-damage.ts';
import type { Proxy, Weather } from './proxy.ts';
import type { World } from './world.ts';

export interface Fault {
  readonly name: string;
  /** True if it can be done to this world. */
  fits(world: World): boolean;
  /** Does it, takes its time, and undoes it. Rejects if a promise was broken at once. */
  run(world: World, random: Random): Promise<string>;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const always = (): boolean => true;
const hasServer = ({ destination }: World): boolean => destination.server !== null;

/** @throws Error if it ends instead of listening */
export const mustStart = async ({ collector }: World): Promise<void> => {
  const end = await collector.start();
  if (end)
    throw new Error(
      `the collector ended with ${end.code ?? end.signal} at its start: ${end.output.slice(-600)}`,
    );
};

const crash: Fault['run'] = async (world, random) => {
  await world.collector.end('SIGKILL');
  await pause(random.between(0, 300));
  await mustStart(world);
  return 'killed';
};

/** Dies once more while it starts, as far as it has come. */
const crashLoop: Fault['run'] = async ({ collector, ...world }, random) => {
  const times = random.between(1, 3);
  await collector.end('SIGKILL');
  for (let n = 0; n < times; n++) {
    collector.launch();
    await pause(random.between(100, 1500));
    await collector.end('SIGKILL');
  }
  await mustStart({ collector, ...world });
  return `killed ${times + 1} times`;
};

const terminate: Fault['run'] = async (world, random) => {
  const end = await world.collector.end('SIGTERM');
  if (end?.code !== 0)
    throw new Error(`SIGTERM ended it with ${end?.code ?? end?.signal}: ${end?.output.slice(-600)}`);
  await pause(random.between(0, 200));
  await mustStart(world);
  return 'ended with 0';
};

const freeze: Fault['run'] = async ({ collector }, random) => {
  collector.signal('SIGSTOP');
  const time = random.between(100, 1500);
  await pause(time);
  collector.signal('SIGCONT');
  return `${time} ms`;
};

/** Until all is well again. */
const withLittleRoom = async (world: World, random: Random, free: () => Promise<void>): Promise<boolean> => {
  const { collector, sender } = world;
  // What was made sure of beforehand is used up first.
  sender.setLarge(true);
  await pause(random.between(500, 2000));
  const killed = random.chance(0.3);
  if (killed) await collector.end('SIGKILL');
  sender.setLarge(false);
  await free();
  if (killed) await mustStart(world);
  return killed;
};

/**
 * A limit of the size of files: the index hits it when it has to grow, a file of the log when it gets as long. Below the size of the index
 * it would be no want of space, since what it has already could not be written again.
 */
const limitFiles: Fault['run'] = async (world, random) => {
  const { collector, spool } = world;
  const leave = random.between(0, 64) * 4096;
  await collector.limitFiles(statSync(join(spool, 'data.mdb')).size + leave);
  const before = logFiles(spool).length;
  const killed = await withLittleRoom(world, random, () => collector.limitFiles(null));
  const given = logFiles(spool).length > before ? ', the log began a file' : '';
  return `index and ${leave} bytes${given}${killed ? ', killed' : ''}`;
};

/** The log is hit first: the index keeps some room that it has made sure of. */
const fillDisk: Fault['run'] = async (world, random) => {
  const { disk } = world;
  if (!disk.isReal) return limitFiles(world, random);
  const leave = random.between(0, 64) * 4096;
  await disk.fill(leave);
  const killed = await withLittleRoom(world, random, disk.free);
  return `full but for ${leave} bytes${killed ? ', killed' : ''}`;
};

const weathers: readonly ((random: Random, marker: string) => Weather)[] = [
  () => ({ kind: 'cut' }),
  (random) => ({ kind: 'slow', milliseconds: random.between(20, 400) }),
  () => ({ kind: 'hole' }),
  (random) => ({ kind: 'torn', bytes: random.between(1, 6000) }),
  (_, marker) => ({ kind: 'deaf', marker }),
];

const storm = async (proxy: Proxy, marker: string, kind: number, random: Random): Promise<string> => {
  const weather = weathers[kind]!(random, marker);
  const before = proxy.swallowed();
  const time = random.between(200, 1500);
  proxy.setWeather(weather);
  await pause(time);
  proxy.setWeather({ kind: 'fine' });
  return weather.kind === 'deaf' ? `${proxy.swallowed() - before} answers lost` : `${time} ms`;
};

const front = (name: string, kind: number): Fault => ({
  name: `network: ${name}`,
  fits: always,
  run: (world, random) => storm(world.front, 'POST /v1/', kind, random),
});

const back = (name: string, kind: number): Fault => ({
  name: `destination: ${name}`,
  fits: hasServer,
  run: ({ destination: { server } }, random) => storm(server!.proxy, server!.commit, kind, random),
});

const killServer: Fault['run'] = async ({ destination: { server } }, random) => {
  await server!.kill();
  const time = random.between(0, 1500);
  await pause(time);
  await server!.start();
  return `${time} ms`;
};

const shiftClock: Fault['run'] = async ({ collector }, random) => {
  const day = 86_400_000;
  const jump = random.chance(0.3) ? 0 : random.between(-30 * day, 30 * day);
  collector.shiftClock(jump);
  await pause(random.between(200, 800));
  return `${Math.round(jump / 3_600_000)} h`;
};

const reload: Fault['run'] = async ({ page }) => {
  await page!.reload();
  return 'loaded again';
};

/** In the order in which consecutive seeds begin with them. */
export const faults: readonly Fault[] = [
  { name: 'collector: kill -9', fits: always, run: crash },
  { name: 'destination: kill -9', fits: hasServer, run: killServer },
  front('answers lost', 4),
  back('answers lost', 4),
  { name: 'disk full', fits: always, run: fillDisk },
  { name: 'spool index: page corrupted', fits: always, run: damageIndexPage },
  { name: 'spool log: page corrupted', fits: always, run: damageLogPage },
  { name: 'collector: SIGTERM', fits: always, run: terminate },
  front('cut', 0),
  back('cut', 0),
  { name: 'clock jumps', fits: always, run: shiftClock },
  { name: 'collector: killed while starting', fits: always, run: crashLoop },
  front('slow', 1),
  back('slow', 1),
  { name: 'collector: frozen', fits: always, run: freeze },
  front('silent', 2),
  back('silent', 2),
  front('torn requests', 3),
  back('torn requests', 3),
  { name: 'spool log: cut', fits: always, run: cutLog },
  { name: 'spool log: file gone', fits: always, run: removeLogFile },
  { name: 'spool log: earlier file damaged', fits: always, run: damageEarlierFile },
  { name: 'spool log: torn at its end', fits: always, run: tearLog },
  { name: 'spool index: last transaction lost', fits: always, run: goBackOne },
  { name: 'disk: files limited', fits: always, run: limitFiles },
  { name: 'page left', fits: ({ page }) => page !== null, run: reload },
];
