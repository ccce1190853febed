import { readConfig } from '../config-file.ts';
import type { LedgerLine } from '../ledger.ts';
import { askOrOwn } from './ask.ts';
import { exitCodes, formatOf, offline, say } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { formatObjects } from './print.ts';

export const registerLedger: RegisterCommand = (cli) => {
  cli
    .command(
      'ledger',
      'accepted = loaded + duplicate + rejected + pending, by source and destination; exit 1 if it is not so',
    )
    .option('--json', 'As JSON')
    .option('--csv', 'As CSV')
    .example('nitka-collector ledger --json')
    .action(async (options: CommonOptions) => {
      const config = readConfig(options.config);
      const names = config.destinations.map(({ name }) => name);
      const lines = config.spool.kafka
        ? await (await import('../kafka/books-report.ts')).readKafkaBooks(config)
        : await askOrOwn<LedgerLine[]>(config, 'ledger', {}, async () =>
            (await offline()).withSpool(config, (spool) => spool.books(names)),
          );
      say(formatObjects(lines, formatOf(options)));
      if (!lines.every(({ balanced }) => balanced)) process.exitCode = exitCodes.fault;
    });
};
