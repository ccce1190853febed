import { readConfig } from '../config-file.ts';
import type { Keys } from '../privacy/keys.ts';
import { formatOf, say, usageError } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { formatObjects } from './print.ts';

interface Options extends CommonOptions {
  readonly force?: boolean;
  readonly reason?: string;
}

const actions: Readonly<
  Record<string, (keys: Keys, what: string | undefined, options: Options) => void | Promise<void>>
> = {
  list: (keys, _what, options) => say(formatObjects(keys.list(), formatOf(options))),
  create(keys) {
    const { key, vaultKeyFile } = keys.create();
    say(`Made: key ${key}`);
    if (vaultKeyFile !== null) say(`Made: the vault's key, in ${vaultKeyFile}`);
    say('Back both up, apart from the warehouse: without them the same person gets another token.');
  },
  rotate(keys) {
    const { key } = keys.rotate();
    say(`Made: key ${key}. Whoever has a token or a hash by an earlier key keeps it.`);
  },
  async retire(keys, what, options) {
    if (what === undefined) throw usageError('keys retire: which? Give its id, as k1');
    const { carried, cut } = await keys.retire(what, options.force === true);
    say(`Gone: the secret of ${what}. ${carried} tokens were carried over to the active key.`);
    if (cut > 0) say(`${cut} hashes were not: who has them gets another one.`);
  },
  async reseal(keys) {
    const { sealed } = await keys.reseal();
    say(`Sealed anew: ${sealed} values. The earlier key of the vault is not needed any more.`);
  },
  resolve(keys, what, options) {
    if (what === undefined || !options.reason)
      throw usageError('keys resolve: give the token, and --reason "why": both go to the audit log');
    const { kind, value, hashed } = keys.resolve(what, options.reason);
    if (options.json) return say(JSON.stringify({ kind, value, hashed }));
    say(hashed ? `${kind}: only its SHA-256 is known, ${value}` : `${kind}: ${value}`);
  },
};

export const registerKeys: RegisterCommand = (cli) => {
  cli
    .command(
      'keys [action] [what]',
      'list, create, rotate, retire <id>, reseal, resolve <token>: the keys of tokens, hashes and vault',
    )
    .option('--force', 'retire: also if hashes by this key have not come again')
    .option('--reason <text>', 'resolve: why; stands in the audit log')
    .option('--json', 'As JSON')
    .option('--csv', 'As CSV')
    .example('nitka-collector keys create')
    .example('nitka-collector keys resolve token:k1:… --reason "request 1723 of the customer"')
    .action(async (action: string | undefined, what: string | undefined, options: Options) => {
      const config = readConfig(options.config);
      const run = Object.hasOwn(actions, action ?? 'list') ? actions[action ?? 'list'] : undefined;
      if (!run) throw usageError(`unknown action "${action}": there are ${Object.keys(actions).join(', ')}`);
      const { openKeys } = await import('../privacy/keys.ts');
      const keys = openKeys(config, Date.now);
      try {
        await run(keys, what, options);
      } finally {
        await keys.close();
      }
    });
};
