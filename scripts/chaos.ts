/**
 * `pnpm chaos [--target <name>] [--rounds N] [--seed S] [--destination <name>] [--no-page] [--only <fault>] [--workers N]`: kills parts at random moments and proves
 * that nothing is lost and nothing is counted twice. A target is a file of scripts/chaos/ that exports `run`.
 */
import { parseArgs } from 'node:util';

const targets = ['collector', 'requests', 'node-disk'];

interface Target {
  /** Rejects, or resolves with false, when a promise was broken. */
  run(options: {
    rounds: number;
    seed: number;
    log: (line: string) => void;
    destination?: string | undefined;
    page?: boolean;
    only?: string | undefined;
    workers?: number | undefined;
  }): Promise<boolean>;
}

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'collector' },
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    destination: { type: 'string' },
    page: { type: 'boolean', default: true },
    only: { type: 'string' },
    workers: { type: 'string' },
  },
  allowNegative: true,
});

const rounds = Number(values.rounds);
const seed = Number(values.seed);

if (!targets.includes(values.target)) {
  console.error(`--target must be one of: ${targets.join(', ')}`);
  process.exitCode = 2;
} else if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed) || seed < 0) {
  console.error('--rounds and --seed must be whole numbers');
  process.exitCode = 2;
} else {
  const { run } = (await import(new URL(`./chaos/${values.target}.ts`, import.meta.url).href)) as Target;
  console.log(`${values.target}: ${rounds} rounds, seed ${seed}`);
  const { destination, page, only } = values;
  const workers = values.workers === undefined ? undefined : Number(values.workers);
  const options = { rounds, seed, log: console.log, destination, page, only, workers };
  if (!(await run(options))) process.exitCode = 1;
}
