/**
 * The collector under everything that may happen to it: real processes, both SDKs and a bare client that send all the while, a browser
 * page that stays open. Each round draws its faults and their moments from its own seed, and then proves the books. In the end the
 * table is compared with what was sent, id by id. See docs/durability-proof.md.
 */
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { destinationNames } from './collector/destination.ts';
import { faults, mustStart } from './collector/faults.ts';
import type { Fault } from './collector/faults.ts';
import { proveAll, proveRound } from './collector/proof.ts';
import { createReport } from './collector/report.ts';
import { UsageError } from './usage-error.ts';
import { openWorld } from './collector/world.ts';
import type { World } from './collector/world.ts';

interface Options {
  readonly rounds: number;
  readonly seed: number;
  readonly log: (line: string) => void;
  readonly destination?: string | undefined;
  /** False: without a browser. */
  readonly page?: boolean;
  /** Threads of the collector that judge bodies; as many as it thinks fit without it. */
  readonly workers?: number | undefined;
  /** Only faults whose name has this in it. */
  readonly only?: string | undefined;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Draw {
  readonly seed: number;
  readonly only: string;
  readonly random: Random;
}

/** The first one follows from the seed, so that consecutive rounds go through all; the others are drawn. */
const drawFaults = (world: World, { seed, only, random }: Draw): Fault[] => {
  const fitting = faults.filter((fault) => fault.fits(world) && fault.name.includes(only));
  const drawn = [fitting[seed % fitting.length]!];
  while (random.chance(0.4)) drawn.push(fitting[random.between(0, fitting.length - 1)]!);
  return drawn;
};

/**
 * The log goes from file to file only where files are short: in half of the rounds they are from the next start on. Drawn apart, so that
 * the faults of a seed are the same.
 */
const drawLogFiles = ({ collector }: World, seed: number): string[] => {
  const random = createRandom(~seed);
  const bytes = random.chance(0.5) ? 2 ** random.between(12, 18) : null;
  collector.setLogFiles(bytes);
  return bytes === null ? [] : [`short log files (${bytes / 1024} KiB)`];
};

/** What has to do with the collector's process happens one after the other; the network and the destination take no turn. */
const isOwn = ({ name }: Fault): boolean => /^(collector|disk|spool)/.test(name);

const runRound = async (
  world: World,
  seed: number,
  only: string,
): Promise<{ done: string[]; broken: string[] }> => {
  const random = createRandom(seed);
  const done = drawLogFiles(world, seed);
  const broken: string[] = [];
  const run = async (fault: Fault): Promise<void> => {
    await pause(random.between(50, 800));
    try {
      done.push(`${fault.name} (${await fault.run(world, random)})`);
    } catch (error) {
      broken.push(`${fault.name}: ${(error as Error).message}`);
    }
  };
  const drawn = drawFaults(world, { seed, only, random });
  const inTurn = async (): Promise<void> => {
    for (const fault of drawn.filter(isOwn)) await run(fault);
  };
  await Promise.all([inTurn(), ...drawn.filter((fault) => !isOwn(fault)).map(run)]);
  return { done, broken };
};

/** Undoes what is left, and gives the ends of the collector that nobody asked for. */
const heal = async (world: World): Promise<string[]> => {
  const { collector, front, destination } = world;
  front.setWeather({ kind: 'fine' });
  destination.server?.proxy.setWeather({ kind: 'fine' });
  const broken = collector
    .surprises()
    .map(
      ({ code, signal, output }) =>
        `the collector ended by itself with ${code ?? signal}: ${output.slice(-1500)}`,
    );
  if (!collector.isRunning()) await mustStart(world);
  return broken;
};

export const run = async ({
  rounds,
  seed,
  log,
  destination = 'duckdb',
  page = true,
  only = '',
  workers,
}: Options): Promise<boolean> => {
  const name = destinationNames.find((known) => known === destination);
  if (!name) throw new UsageError(`--destination must be one of: ${destinationNames.join(', ')}`);
  if (!faults.some((fault) => fault.name.includes(only)))
    throw new UsageError(
      `--only: no fault has "${only}" in its name. There are: ${faults.map((fault) => fault.name).join(', ')}`,
    );
  const world = await openWorld({
    destination: name,
    withPage: page,
    random: createRandom(seed),
    workers,
  });
  const report = createReport({ rounds, log });
  try {
    // Something to lose.
    await pause(500);
    for (let round = 0; round < rounds; round++) {
      const { done, broken } = await runRound(world, seed + round, only);
      broken.push(...(await heal(world)));
      const { faults: found, books } = await proveRound(world);
      report.round({ round: round + 1, seed: seed + round, done, broken: [...broken, ...found], books });
    }
    report.end(world, await proveAll(world));
  } catch (error) {
    report.broke((error as Error).message);
    report.broke(`what the collector said last: ${world.collector.output().slice(-3000)}`);
    for (const broken of await heal(world).catch(() => [])) report.broke(broken);
  } finally {
    await world.close();
  }
  return report.violations() === 0;
};
