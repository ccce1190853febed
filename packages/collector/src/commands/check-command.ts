import type { CollectorConfig } from '../config.ts';
import { exitCodes, formatOf, say } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { formatObjects } from './print.ts';

interface Options extends CommonOptions {
  readonly plan?: boolean;
}

/** What one destination would be made into. */
interface Plan {
  readonly destination: string;
  readonly type: string;
  /** Null where there is nothing to migrate: Kafka, a lake. */
  readonly statements: readonly string[] | null;
  readonly trouble: string | null;
}

const planOf = async (
  { type, name, ...options }: CollectorConfig['destinations'][number],
  dataDir: string,
): Promise<Plan> => {
  const { createDestination } = await import('../destinations/index.ts');
  const destination = await createDestination({ type, name, ...options }, dataDir);
  const plan = { destination: name, type };
  try {
    return { ...plan, statements: (await destination.plan?.()) ?? null, trouble: null };
  } catch (error) {
    return { ...plan, statements: null, trouble: (error as Error).message };
  } finally {
    await destination.close();
  }
};

const tellPlan = ({ destination, type, statements, trouble }: Plan): void => {
  if (trouble !== null) say(`-- ${destination} (${type}): ${trouble}`);
  else if (statements === null) say(`-- ${destination} (${type}): has no tables to migrate`);
  else if (statements.length === 0) say(`-- ${destination} (${type}): up to date`);
  else say([`-- ${destination} (${type}): would run`, ...statements.map((each) => `${each};`)].join('\n'));
};

const tellPlans = async (config: CollectorConfig, options: Options): Promise<void> => {
  const plans: Plan[] = [];
  for (const destination of config.destinations) plans.push(await planOf(destination, config.dataDir));
  if (options.json) say(JSON.stringify(plans));
  else plans.forEach(tellPlan);
  if (plans.some(({ trouble }) => trouble !== null)) process.exitCode = exitCodes.fault;
};

export const registerCheck: RegisterCommand = (cli) => {
  cli
    .command('check', 'Check the config and that the client of each destination is installed')
    .option('--plan', 'Connect, and print the statements that would make or migrate the tables; run none')
    .option('--json', 'As JSON')
    .example('nitka-collector check --plan > migration.sql')
    .action(async (options: Options) => {
      const { checkAll } = await import('./check-all.ts');
      const config = await checkAll(options.config);
      if (options.plan) return tellPlans(config, options);
      const names = config.destinations.map(({ name, type }) => ({ destination: name, type }));
      say(
        options.json
          ? JSON.stringify(names)
          : `${formatObjects(names, formatOf(options))}\n${options.config}: fine`,
      );
    });
};
