#!/usr/bin/env node
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { NitkaError } from '@nitka/core';
import { cac } from 'cac';
import type { LedgerLine } from './ledger.ts';
import type { ShownReject } from './admin/commands.ts';
import { askOrOwn } from './commands/ask.ts';
import { formatObjects, formatResult } from './commands/print.ts';
import type { Format } from './commands/print.ts';
import { readConfig } from './config-file.ts';
import type { QueryResult } from './destinations/destination.ts';
import type { LoaderThreadData } from './loader/messages.ts';

interface Options {
  readonly config: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly origin?: string | string[];
  readonly limit?: number;
  readonly destination?: string;
}

/** LMDB and the destinations take half a second to import: most commands only ask the collector that runs. */
const offline = () => import('./commands/offline.ts');

const cli = cac('nitka-collector');
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const formatOf = ({ json, csv }: Options): Format => (json ? 'json' : csv ? 'csv' : 'table');

cli.option('--config <file>', 'The config file', { default: './nitka.json' });

cli.command('start', 'Receive events and load them, until SIGTERM').action(async (options: Options) => {
  const { start } = await import('./commands/start.ts');
  await start(options.config);
});

cli
  .command('check', 'Check the config and that each destination can be used')
  .action(async (options: Options) => {
    const config = readConfig(options.config);
    const { createDestination } = await import('./destinations/index.ts');
    for (const destination of config.destinations) await createDestination(destination, config.dataDir);
    say(`${options.config}: fine`);
  });

cli
  .command('init', 'Write a config file with fresh write keys')
  .option('--origin <url>', 'A page that may send; may be given more than once', {
    default: 'http://localhost:3000',
  })
  .action(async (options: Options) => {
    const { init } = await import('./commands/init.ts');
    say(init({ path: options.config, origins: [options.origin ?? []].flat() }));
  });

cli
  .command('query <sql>', 'Ask the warehouse, also while the collector runs')
  .option('--json', 'Rows as a JSON array of objects')
  .option('--csv', 'Rows as CSV')
  .option('--destination <name>', 'Default: the first that can be asked')
  .action(async (sql: string, options: Options) => {
    const config = readConfig(options.config);
    const { destination } = options;
    const result = await askOrOwn<QueryResult>(config, 'query', { sql, destination }, async () =>
      (await offline()).queryOffline(config, sql, destination),
    );
    say(formatResult(result, formatOf(options)));
  });

cli
  .command('rejects [action]', 'list: what was refused, the newest first')
  .option('--limit <n>', 'How many', { default: 50 })
  .option('--json', 'As JSON')
  .option('--csv', 'As CSV')
  .action(async (action: string | undefined, options: Options) => {
    if (action !== undefined && action !== 'list')
      throw new Error(`unknown action "${action}": there is list`);
    const config = readConfig(options.config);
    const limit = Number(options.limit);
    const rejects = await askOrOwn<ShownReject[]>(config, 'rejects', { limit }, async () => {
      const [{ withSpool }, { listRejects }] = await Promise.all([offline(), import('./admin/commands.ts')]);
      return withSpool(config, (spool) => listRejects(spool, limit));
    });
    say(formatObjects(rejects, formatOf(options)));
  });

cli
  .command(
    'ledger',
    'accepted = loaded + duplicate + rejected + pending, by source and destination; exit 1 if it is not so',
  )
  .option('--json', 'As JSON')
  .option('--csv', 'As CSV')
  .action(async (options: Options) => {
    const config = readConfig(options.config);
    const names = config.destinations.map(({ name }) => name);
    const lines = await askOrOwn<LedgerLine[]>(config, 'ledger', {}, async () =>
      (await offline()).withSpool(config, (spool) => spool.books(names)),
    );
    say(formatObjects(lines, formatOf(options)));
    if (!lines.every(({ balanced }) => balanced)) process.exitCode = 1;
  });

cli.help();

const fail = (error: unknown): void => {
  const text = error instanceof NitkaError ? `${error.code}: ${error.message}` : (error as Error).message;
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
};

const runCommand = async (): Promise<void> => {
  try {
    cli.parse(process.argv, { run: false });
    if (!cli.matchedCommand && !cli.options['help']) cli.outputHelp();
    await cli.runMatchedCommand();
  } catch (error) {
    fail(error);
  }
};

// The program is its own loader's thread (loader/thread.ts).
if (isMainThread || !parentPort) await runCommand();
else {
  const { runLoaderWorker } = await import('./loader/worker.ts');
  await runLoaderWorker(parentPort, workerData as LoaderThreadData);
}
