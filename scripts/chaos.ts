/** `pnpm chaos`: kills parts at random moments and proves that nothing is lost and nothing is counted twice. See docs/durability-proof.md. */
import { parseArgs } from 'node:util';
import { destinationNames } from './chaos/collector/destination.ts';
import { UsageError } from './chaos/usage-error.ts';

const targets = ['collector', 'requests', 'node-disk'];

const usage = `pnpm chaos [options]

  --target <name>       ${targets.join(', ')}; default: collector
  --rounds <n>          rounds, or requests; default: 200
  --seed <n>            of the first round; drawn if it is not given
  --destination <name>  ${destinationNames.join(', ')}; default: duckdb
  --only <text>         only faults whose name has the text in it
  --no-page             without a browser
  --workers <n>         threads of the collector that judge bodies

Runs the built packages: pnpm build first. Ends with 0 if every promise was kept, 1 if one was broken, 2 if it could not be run.`;

interface Options {
  rounds: number;
  seed: number;
  log: (line: string) => void;
  destination?: string | undefined;
  page?: boolean;
  only?: string | undefined;
  workers?: number | undefined;
}

/** A file of scripts/chaos/ that exports it. Rejects, or resolves with false, when a promise was broken. */
interface Target {
  run(options: Options): Promise<boolean>;
}

const whole = (name: string, text: string, least: number): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${name}: a whole number from ${least} on is expected, not "${text}"`);
  return value;
};

const oneOf = (name: string, value: string, known: readonly string[]): string => {
  if (!known.includes(value))
    throw new UsageError(`--${name}: must be one of ${known.join(', ')}, not "${value}"`);
  return value;
};

/** @throws UsageError, or the TypeError of parseArgs */
const read = (): { help: boolean; target: string; options: Options } => {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      target: { type: 'string', default: 'collector' },
      rounds: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      destination: { type: 'string', default: 'duckdb' },
      page: { type: 'boolean', default: true },
      only: { type: 'string' },
      workers: { type: 'string' },
    },
    allowNegative: true,
  });
  return {
    help: values.help,
    target: oneOf('target', values.target, targets),
    options: {
      rounds: whole('rounds', values.rounds, 1),
      seed: whole('seed', values.seed, 0),
      destination: oneOf('destination', values.destination, destinationNames),
      page: values.page,
      only: values.only,
      workers: values.workers === undefined ? undefined : whole('workers', values.workers, 0),
      log: console.log,
    },
  };
};

const run = async (): Promise<boolean> => {
  const { help, target, options } = read();
  if (help) {
    console.log(usage);
    return true;
  }
  const { run: runTarget } = (await import(new URL(`./chaos/${target}.ts`, import.meta.url).href)) as Target;
  console.log(`${target}: ${options.rounds} rounds, seed ${options.seed}`);
  return runTarget(options);
};

const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS'));

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(isUsage(error) ? `${error.message}\n\n${usage}` : error);
  process.exitCode = isUsage(error) ? 2 : 1;
}
