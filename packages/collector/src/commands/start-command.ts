import { shareArenas } from '../arenas.ts';
import { tuneHeap } from '../heap-tuning.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';

export const registerStart: RegisterCommand = (cli) => {
  cli
    .command('start', 'Receive events and load them, until SIGTERM')
    .example('nitka-collector start --config /etc/nitka/nitka.json')
    .action(async (options: CommonOptions) => {
      tuneHeap();
      await shareArenas();
      const { start } = await import('./start.ts');
      await start(options.config);
    });
};
