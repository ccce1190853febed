import type { CommonOptions, RegisterCommand } from './command.ts';
import { say } from './command.ts';

export const registerInit: RegisterCommand = (cli) => {
  cli
    .command('init', 'Write a config file with fresh write keys')
    .option('--origin <url>', 'A page that may send; may be given more than once', {
      default: 'http://localhost:3000',
      type: [String],
    })
    .example('nitka-collector init --origin https://shop.example')
    .action(async (options: CommonOptions & { readonly origin?: string | string[] }) => {
      const { init } = await import('./init.ts');
      say(init({ path: options.config, origins: [options.origin ?? []].flat() }));
    });
};
