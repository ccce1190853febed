import { NitkaError, errors } from '@nitka/core';
import type { ShownReject } from '../admin/commands.ts';
import { readConfig } from '../config-file.ts';
import type { CollectorConfig } from '../config.ts';
import type { Retried, RetryRequest } from '../recovery/retry.ts';
import type { RejectFilter } from '../spool/rejects.ts';
import { needsLocalSpool } from '../kafka/unsupported.ts';
import { askOrOwn } from './ask.ts';
import { exitCodes, formatOf, offline, say, usageError, wholeNumber } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { formatObjects } from './print.ts';

interface Options extends CommonOptions {
  readonly limit: unknown;
  readonly source?: string;
  readonly code?: string;
  readonly destination?: string;
  readonly all?: boolean;
}

/** @throws NitkaError `command_invalid` for a code that no reject can have */
const filterOf = ({ source, code, destination }: Options): RejectFilter => {
  if (code !== undefined && !Object.hasOwn(errors, code))
    throw usageError(`--code: there is no code "${code}": docs/errors.md has all`);
  return {
    ...(source !== undefined && { source }),
    ...(code !== undefined && { code }),
    ...(destination !== undefined && { destination }),
  };
};

/** Nothing was found: a name that the config has not is then the likelier reason. Rejects outlive the sources that they came from. */
const explainNothing = (
  { sources, destinations }: CollectorConfig,
  { source, destination }: RejectFilter,
): void => {
  if (source !== undefined && !sources.some(({ name }) => name === source))
    throw usageError(`--source: there is no reject of "${source}", and the config has no such source`);
  if (destination !== undefined && !destinations.some(({ name }) => name === destination))
    throw new NitkaError('destination_unknown', destination);
};

const list = async (config: CollectorConfig, options: Options): Promise<void> => {
  const input = { limit: wholeNumber('--limit', options.limit), filter: filterOf(options) };
  const rejects = await askOrOwn<ShownReject[]>(config, 'rejects', input, async () => {
    const [{ withSpool }, { listRejects }] = await Promise.all([offline(), import('../admin/commands.ts')]);
    return withSpool(config, (spool) => listRejects(spool, input.limit, input.filter));
  });
  if (rejects.length === 0) explainNothing(config, input.filter);
  say(formatObjects(rejects, formatOf(options)));
};

const show = async (config: CollectorConfig, ids: readonly number[], options: Options): Promise<void> => {
  if (ids.length === 0) throw usageError('rejects show: which? Give the number of a reject');
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
    throw usageError('rejects retry: which? Give numbers, --code, --source, --destination or --all');
  const request: RetryRequest = ids.length > 0 ? { ids } : { filter };
  const results = await askOrOwn<Retried[]>(config, 'retry', request, async () =>
    (await offline()).withRecovery(config, (recovery) => recovery.retry(request)),
  );
  if (results.length === 0) explainNothing(config, filter);
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
      if ((action === undefined || action === 'list') && ids.length > 0)
        throw usageError('rejects list takes no numbers: `rejects show` does');
      if (action === undefined || action === 'list') return list(config, options);
      if (action === 'show') return show(config, ids, options);
      if (action === 'retry') return retry(config, ids, options);
      throw usageError(`unknown action "${action}": there are list, show and retry`);
    });
};
