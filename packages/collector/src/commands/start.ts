import { readConfig } from '../config-file.ts';
import { openCollector } from '../collector.ts';

/** Runs until SIGTERM or SIGINT; a second one ends it at once. What is in the spool then waits for the next start. */
export const start = async (configPath: string): Promise<void> => {
  const config = readConfig(configPath);
  const collector = await openCollector(config);
  const stop = (signal: NodeJS.Signals): void => {
    process.once(signal, () => process.exit(1));
    collector.app.log.info({ signal }, 'stopping');
    collector.close().then(
      () => process.exit(0),
      (error: unknown) => {
        collector.app.log.error({ error: (error as Error).message }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await collector.listen();
};
