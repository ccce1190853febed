import { setTimeout } from 'node:timers/promises';
import { NitkaError } from '@nitka/core';
import { adminAddress } from '../admin/address.ts';
import { askOwner } from '../admin/client.ts';
import type { ForgetProgress } from '../admin/privacy-commands.ts';
import { readConfig } from '../config-file.ts';
import type { CollectorConfig } from '../config.ts';
import type { ForgetAnswer, ForgetInput } from '../privacy/forgetting.ts';
import type { SubjectKind } from '../privacy/suppression.ts';
import { askOrOwn } from './ask.ts';
import { exitCodes, say } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { createProgress } from './progress.ts';

interface Options extends CommonOptions, Partial<Record<SubjectKind, string>> {
  readonly linked?: boolean;
  readonly dryRun?: boolean;
  readonly lift?: boolean;
}

const kinds: readonly SubjectKind[] = ['phone', 'email', 'visitor', 'user'];

const inputOf = (options: Options): ForgetInput => {
  const given = kinds.filter((kind) => options[kind] !== undefined);
  const [kind] = given;
  const value = kind && options[kind];
  if (given.length !== 1 || kind === undefined || value === undefined) throw new NitkaError('forget_invalid');
  const { linked = false, dryRun = false, lift = false } = options;
  return { kind, value, linked, dryRun, lift };
};

/** A bar that follows the collector until `work` is over. */
const withProgress = async <T>(config: CollectorConfig, work: Promise<T>): Promise<T> => {
  const bar = createProgress('forgetting');
  let over = false;
  const following = (async () => {
    while (!over) {
      const answer = await askOwner<ForgetProgress | null>(
        adminAddress(config.dataDir),
        'forgetProgress',
        {},
      ).catch(() => null);
      const progress = answer?.result;
      if (progress && !over) bar.show(progress.done, progress.total);
      await Promise.race([setTimeout(200), work.catch(() => undefined)]);
    }
  })();
  try {
    return await work;
  } finally {
    over = true;
    await following;
    bar.end();
  }
};

const words: Readonly<Record<string, string>> = {
  cannot: 'cannot forget: what is in it stays, see docs/privacy.md',
  failed: 'did not answer: give the same command again',
};

const stays = 'stay in the topic until its retention removes them, and are loaded no more';

const tell = ({ subjects, left, suppressed, complete }: ForgetAnswer, dryRun: boolean): void => {
  for (const { kind, report, vault } of subjects) {
    say(dryRun ? `${kind}: would be taken out` : `${kind}: taken out`);
    for (const { name, state, events, rejects } of report.places) {
      const counts = `${events} events, ${rejects} rejects`;
      say(`  ${name.padEnd(16)}${words[state] ?? (state === 'kept' ? `${counts} ${stays}` : counts)}`);
    }
    if (!dryRun) say(`  ${'vault'.padEnd(16)}${vault} values`);
  }
  if (suppressed) say('On the list: nothing of this person is collected from now on.');
  if (left.visitors.length + left.users.length > 0) {
    say(dryRun ? 'The rows also name:' : 'The rows also named, and what else these have was left alone:');
    for (const id of left.visitors) say(`  --visitor ${id}`);
    for (const id of left.users) say(`  --user ${id}`);
    say('Forget them, too, if they are the same person; --linked does it at once.');
  }
  if (!complete) say('Not everything could be reached: give the same command again.');
};

export const registerForget: RegisterCommand = (cli) => {
  cli
    .command(
      'forget',
      'Take a person out of spool, rejects, vault and every destination, and collect them no more',
    )
    .option('--phone <number>', 'By a phone, however it is written')
    .option('--email <address>', 'By an e-mail address')
    .option('--visitor <id>', 'By an anonymousId')
    .option('--user <id>', 'By a userId')
    .option('--linked', 'Also the visitors and users that the rows name')
    .option('--dry-run', 'Say what would be taken out, change nothing')
    .option('--lift', 'Take the person off the list: they may be collected again')
    .option('--json', 'As JSON')
    .example('nitka-collector forget --phone "+7 999 555-11-11" --dry-run')
    .example('nitka-collector forget --email ann@mail.ru --linked')
    .action(async (options: Options) => {
      const config = readConfig(options.config);
      const input = inputOf(options);
      const work = askOrOwn<ForgetAnswer>(config, 'forget', input, async () => {
        const { forgetOffline } = await import('./forget-offline.ts');
        return forgetOffline(config, input);
      });
      const answer = await withProgress(config, work);
      if (options.json) say(JSON.stringify(answer));
      else if (input.lift) say('Off the list: this person may be collected again.');
      else tell(answer, input.dryRun === true);
      if (!answer.complete) process.exitCode = exitCodes.fault;
    });
};
