import { readConfig } from '../config-file.ts';
import { say } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';

export const registerCheck: RegisterCommand = (cli) => {
  cli
    .command('check', 'Check the config and that each destination can be used')
    .action(async (options: CommonOptions) => {
      const config = readConfig(options.config);
      const { createDestination } = await import('../destinations/index.ts');
      for (const destination of config.destinations) await createDestination(destination, config.dataDir);
      say(`${options.config}: fine`);
    });
};
