import { resolve } from 'node:path';
import { readConfig } from '../config-file.ts';
import type { BackupNote } from '../recovery/backup.ts';
import { needsLocalSpool } from '../kafka/unsupported.ts';
import { askOrOwn } from './ask.ts';
import { offline, say } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';

export const registerBackup: RegisterCommand = (cli) => {
  cli
    .command(
      'backup <folder>',
      'Copy the spool as of now into an empty folder, also while the collector runs',
    )
    .option('--json', 'As JSON')
    .example('nitka-collector backup /var/backups/nitka/$(date +%F)')
    .action(async (folder: string, options: CommonOptions) => {
      const config = readConfig(options.config);
      needsLocalSpool(config, 'backup');
      const target = resolve(folder);
      const note = await askOrOwn<BackupNote>(config, 'backup', { folder: target }, async () => {
        const [{ withSpool }, { backup }] = await Promise.all([offline(), import('../recovery/backup.ts')]);
        return withSpool(config, (spool) => backup(spool, target, Date.now));
      });
      say(options.json ? JSON.stringify(note) : `Written: ${target}, all up to entry ${note.head - 1}`);
    });
};
