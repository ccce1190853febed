import { setTimeout } from 'node:timers/promises';
import { adminAddress } from '../admin/address.ts';
import { askOwner } from '../admin/client.ts';
import { readConfig } from '../config-file.ts';
import type { ReplayAnswer, ReplayRequest } from '../recovery/replay.ts';
import { askOrOwn } from './ask.ts';
import { offline, say, usageError } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { createProgress } from './progress.ts';

interface Options extends CommonOptions {
  readonly destination?: string;
  readonly since?: string;
  readonly until?: string;
  readonly batch?: string;
  readonly blind?: boolean;
  readonly dryRun?: boolean;
  /** False with --no-wait. */
  readonly wait: boolean;
}

const timeOf = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw usageError(`${option}: a time is expected, as 2026-11-21T12:00:00Z`);
  return time;
};

const requestOf = (options: Options): ReplayRequest => {
  const { destination, batch, blind = false, dryRun = false } = options;
  if (destination === undefined) throw usageError('replay: --destination <name> is missing');
  const since = timeOf('--since', options.since);
  const until = timeOf('--until', options.until);
  if (batch !== undefined && (since !== undefined || until !== undefined))
    throw usageError('replay: --batch and a time exclude each other');
  if (since !== undefined && until !== undefined && since >= until)
    throw usageError('replay: --since has to be before --until');
  return { destination, since, until, batch, blind, dryRun };
};

/** Until the collector that runs has sent all of it; at once if none runs. */
const untilSent = async (address: string, destination: string, total: number): Promise<void> => {
  const progress = createProgress('loading');
  for (;;) {
    const answer = await askOwner<number>(address, 'remaining', { destination });
    const left = answer?.result ?? 0;
    progress.show(total - left, total);
    if (left === 0) break;
    await setTimeout(200);
  }
  progress.end();
};

const whatBecomes = ({ dryRun }: ReplayRequest, runs: boolean, waits: boolean): string => {
  if (dryRun) return 'would be sent again';
  if (waits) return 'loaded again';
  return runs ? 'are on their way' : 'will be loaded at the next start';
};

export const registerReplay: RegisterCommand = (cli) => {
  cli
    .command('replay', 'Give a destination again what it lacks of the entries in the spool, each once')
    .option('--destination <name>', 'Which one')
    .option('--since <time>', 'What came from then on; default: all that is kept')
    .option('--until <time>', 'What came before')
    .option('--batch <id>', 'What this batch held: a batch_id of raw_events')
    .option('--blind', 'Send all of it without asking the destination what it has (Kafka)')
    .option('--dry-run', 'Say what would be sent, send nothing')
    .option('--no-wait', 'Do not wait until it is loaded')
    .option('--json', 'As JSON')
    .example('nitka-collector replay --destination postgres --since 2026-11-20T00:00:00Z --dry-run')
    .action(async (options: Options) => {
      const config = readConfig(options.config);
      const request = requestOf(options);
      const address = adminAddress(config.dataDir);
      let runs = true;
      const answer = await askOrOwn<ReplayAnswer>(config, 'replay', request, async () => {
        runs = false;
        if (config.spool.kafka) return (await import('./replay-topic.ts')).replayTopic(config, request);
        return (await offline()).withRecovery(config, (recovery) => recovery.replay(request));
      });
      const waits = runs && options.wait && !request.dryRun;
      if (waits) await untilSent(address, request.destination, answer.entries);
      if (options.json) return say(JSON.stringify(answer));
      say(`${answer.destination}: ${answer.entries} entries ${whatBecomes(request, runs, waits)}`);
      say(
        answer.keptSince === null
          ? 'The spool is empty.'
          : `The spool has everything since ${answer.keptSince}.`,
      );
    });
};
