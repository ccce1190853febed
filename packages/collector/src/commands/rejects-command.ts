import { NitkaError } from '@nitka/core';
import type { ShownReject } from '../admin/commands.ts';
import { readConfig } from '../config-file.ts';
import type { CollectorConfig } from '../config.ts';
import type { Retried, RetryRequest } from '../recovery/retry.ts';
import type { RejectFilter } from '../spool/rejects.ts';
import { needsLocalSpool } from '../kafka/unsupported.ts';
import { askOrOwn } from './ask.ts';
import { UsageError, exitCodes, formatOf, offline, say, wholeNumber } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { formatObjects } from './print.ts';

interface Options extends CommonOptions {
  readonly limit: unknown;
  readonly source?: string;
  readonly code?: string;
  readonly destination?: string;
  readonly all?: boolean;
}

const filterOf = ({ source, code, destination }: Options): RejectFilter => ({
  ...(source !== undefined && { source }),
  ...(code !== undefined && { code }),
  ...(destination !== undefined && { destination }),
});

const list = async (config: CollectorConfig, options: Options): Promise<void> => {
  const input = { limit: wholeNumber('--limit', options.limit), filter: filterOf(options) };
  const rejects = await askOrOwn<ShownReject[]>(config, 'rejects', input, async () => {
    const [{ withSpool }, { listRejects }] = await Promise.all([offline(), import('../admin/commands.ts')]);
    return withSpool(config, (spool) => listRejects(spool, input.limit, input.filter));
  });
  say(formatObjects(rejects, formatOf(options)));
};

const show = async (config: CollectorConfig, ids: readonly number[], options: Options): Promise<void> => {
  if (ids.length === 0) throw new UsageError('rejects show: which? Give the number of a reject');
  for (const id of ids) {
    const reject = await askOrOwn<ShownReject | null>(config, 'reject', { id }, async () => {
      const [{ withSpool }, { showReject }] = await Promise.all([offline(), import('../admin/commands.ts')]);
      return withSpool(config, (spool) => {
        const found = spool.rejects.get(id);
        return found && showReject(found);
      });
    });
    if (!reject) throw new NitkaError('reject_unknown', String(id));
    if (options.json) say(JSON.stringify(reject));
    else for (const [name, value] of Object.entries(reject)) say(`${name.padEnd(16)}${String(value ?? '')}`);
  }
};

const retry = async (config: CollectorConfig, ids: readonly number[], options: Options): Promise<void> => {
  const filter = filterOf(options);
  if (ids.length === 0 && !options.all && Object.keys(filter).length === 0)
    throw new UsageError('rejects retry: which? Give numbers, --code, --source, --destination or --all');
  const request: RetryRequest = ids.length > 0 ? { ids } : { filter };
  const results = await askOrOwn<Retried[]>(config, 'retry', request, async () =>
    (await offline()).withRecovery(config, (recovery) => recovery.retry(request)),
  );
  say(formatObjects(results, formatOf(options)));
  if (results.some(({ result }) => result === 'refused')) process.exitCode = exitCodes.fault;
};

export const registerRejects: RegisterCommand = (cli) => {
  cli
    .command(
      'rejects [action] [...ids]',
      'list, show <id>, retry <ids>: what was refused; exit 1 if a retry was',
    )
    .option('--limit <n>', 'list: how many', { default: 50 })
    .option('--source <name>', 'list, retry: of this source')
    .option('--code <code>', 'list, retry: refused for this reason')
    .option('--destination <name>', 'list, retry: refused by this destination')
    .option('--all', 'retry: all of them')
    .option('--json', 'As JSON')
    .option('--csv', 'As CSV')
    .example('nitka-collector rejects list --code event_too_large --json')
    .example('nitka-collector rejects show 17')
    .example('nitka-collector rejects retry --destination postgres')
    .action(async (action: string | undefined, given: readonly string[], options: Options) => {
      const config = readConfig(options.config);
      needsLocalSpool(config, action === 'retry' ? 'retry' : 'rejects');
      const ids = given.map((id) => wholeNumber('id', id));
      if (action === undefined || action === 'list') return list(config, options);
      if (action === 'show') return show(config, ids, options);
      if (action === 'retry') return retry(config, ids, options);
      throw new UsageError(`unknown action "${action}": there are list, show and retry`);
    });
};
