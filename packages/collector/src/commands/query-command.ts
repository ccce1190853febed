import { readConfig } from '../config-file.ts';
import type { QueryResult } from '../destinations/destination.ts';
import { askOrOwn } from './ask.ts';
import { exitCodes, formatOf, offline, say } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { formatResult } from './print.ts';

const cut = (rows: number): string =>
  `These are the first ${rows.toLocaleString('en')} rows only: there are more. Ask for a part of them at a time, or for sums.`;

export const registerQuery: RegisterCommand = (cli) => {
  cli
    .command('query <sql>', 'Ask the warehouse, also while the collector runs')
    .option('--json', 'Rows as a JSON array of objects')
    .option('--csv', 'Rows as CSV')
    .option('--destination <name>', 'Default: the first that can be asked')
    .example('nitka-collector query "SELECT source, count(*) FROM raw_events GROUP BY source"')
    .action(async (sql: string, options: CommonOptions & { readonly destination?: string }) => {
      const config = readConfig(options.config);
      const { destination } = options;
      const result = await askOrOwn<QueryResult>(config, 'query', { sql, destination }, async () =>
        (await offline()).queryOffline(config, sql, destination),
      );
      say(formatResult(result, formatOf(options)));
      if (!result.truncated) return;
      // A file that looks whole and is not would be believed.
      process.stderr.write(`${cut(result.rows.length)}\n`);
      process.exitCode = exitCodes.fault;
    });
};
