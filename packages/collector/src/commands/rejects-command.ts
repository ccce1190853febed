import type { ShownReject } from '../admin/commands.ts';
import { readConfig } from '../config-file.ts';
import { askOrOwn } from './ask.ts';
import { UsageError, formatOf, offline, say, wholeNumber } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { formatObjects } from './print.ts';

export const registerRejects: RegisterCommand = (cli) => {
  cli
    .command('rejects [action]', 'list: what was refused, the newest first')
    .option('--limit <n>', 'How many', { default: 50 })
    .option('--json', 'As JSON')
    .option('--csv', 'As CSV')
    .action(async (action: string | undefined, options: CommonOptions & { readonly limit: unknown }) => {
      if (action !== undefined && action !== 'list')
        throw new UsageError(`unknown action "${action}": there is list`);
      const config = readConfig(options.config);
      const limit = wholeNumber('--limit', options.limit);
      const rejects = await askOrOwn<ShownReject[]>(config, 'rejects', { limit }, async () => {
        const [{ withSpool }, { listRejects }] = await Promise.all([
          offline(),
          import('../admin/commands.ts'),
        ]);
        return withSpool(config, (spool) => listRejects(spool, limit));
      });
      say(formatObjects(rejects, formatOf(options)));
    });
};
