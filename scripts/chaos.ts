/**
 * `pnpm chaos --target <name> [--rounds N] [--seed S]`: kills parts at random moments and proves that nothing is lost
 * and nothing is counted twice. A target is a file of scripts/chaos/ that exports `run`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

interface Target {
  /** Rejects, or resolves with false, when a promise was broken. */
  run(options: { rounds: number; seed: number; log: (line: string) => void }): Promise<boolean>;
}

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const folder = new URL('./chaos/', import.meta.url);
const target = new URL(`${values.target ?? ''}.ts`, folder);
const rounds = Number(values.rounds);
const seed = Number(values.seed);

if (!values.target || !/^[\w-]+$/.test(values.target) || !existsSync(target)) {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace('.ts', ''));
  console.error(`--target must be one of: ${names.join(', ')}`);
  process.exitCode = 2;
} else if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  console.error('--rounds and --seed must be whole numbers');
  process.exitCode = 2;
} else {
  const { run } = (await import(target.href)) as Target;
  console.log(`${values.target}: ${rounds} rounds, seed ${seed}`);
  if (!(await run({ rounds, seed, log: console.log }))) process.exitCode = 1;
}
