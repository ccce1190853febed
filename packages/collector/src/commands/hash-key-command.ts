import { randomBytes } from 'node:crypto';
import { hashWriteKey } from '../plugins/write-key.ts';
import { say, usageError } from './command.ts';
import type { RegisterCommand } from './command.ts';

interface Options {
  readonly new?: boolean;
  readonly json?: boolean;
}

const fromInput = async (): Promise<string> => {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  return text.trim();
};

export const registerHashKey: RegisterCommand = (cli) => {
  cli
    .command(
      'hash-key',
      'Hash a secret write key or the operator’s token, as the config has it; reads the key from stdin',
    )
    .option('--new', 'Make a new key, and print it with its hash')
    .option('--json', 'As JSON')
    .example('nitka-collector hash-key --new')
    .example('nitka-collector hash-key < key.txt')
    .action(async (options: Options) => {
      const key = options.new ? `ns_${randomBytes(24).toString('base64url')}` : await fromInput();
      if (key === '') throw usageError('hash-key: stdin has no key; --new makes one');
      const sha256 = hashWriteKey(key);
      // A key that was given is not shown again: terminals and logs remember.
      const shown = options.new ? { key, sha256 } : { sha256 };
      say(options.json ? JSON.stringify(shown) : Object.values(shown).join('\n'));
    });
};
