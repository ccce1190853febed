import { realpathSync } from 'node:fs';
import { readConfig } from '../config-file.ts';
import { openCollector } from '../collector.ts';
import type { Collector } from '../collector.ts';
import { inheritedSocket } from '../listen.ts';
import type { CollectorConfig } from '../config.ts';
import { safeReason } from '../privacy/safe-reason.ts';
import { verifyApart } from './verify.ts';

/** The program as it was started, if it is built: threads and further processes cannot be started from TypeScript everywhere. */
const builtProgram = (): string | null => {
  const script = realpathSync(process.argv[1] ?? '');
  return script.endsWith('.js') ? script : null;
};

const open = async (
  config: CollectorConfig,
  configPath: string,
): Promise<Pick<Collector, 'app' | 'listen' | 'close'>> => {
  if (config.spool.kafka) return (await import('../kafka/open-collector.ts')).openKafkaCollector(config);
  await verifyApart(config, configPath);
  return openCollector(config, { loaderScript: builtProgram(), inherited: inheritedSocket() });
};

/** Runs until SIGTERM or SIGINT; a second one ends it at once. What is in the spool then waits for the next start. */
export const start = async (configPath: string): Promise<void> => {
  const config = readConfig(configPath);
  const collector = await open(config, configPath);
  const stop = (signal: NodeJS.Signals): void => {
    process.once(signal, () => process.exit(1));
    collector.app.log.info({ signal }, 'stopping');
    collector.close().then(
      () => process.exit(0),
      (error: unknown) => {
        collector.app.log.error({ error: safeReason(error as Error) }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    await collector.listen();
  } catch (error) {
    // It would go on loading, and hold the folder, while nobody can reach it.
    await collector.close();
    throw error;
  }
};
