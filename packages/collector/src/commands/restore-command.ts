import { resolve } from 'node:path';
import { readConfig } from '../config-file.ts';
import { needsLocalSpool } from '../kafka/unsupported.ts';
import { makeFolder } from '../make-folder.ts';
import { ownFolder } from './own-folder.ts';
import { formatOf, say } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { formatObjects } from './print.ts';
import { createProgress } from './progress.ts';

export const registerRestore: RegisterCommand = (cli) => {
  cli
    .command(
      'restore <folder>',
      'Put a backup in the place of a spool that is gone; asks each destination what it has',
    )
    .option('--json', 'As JSON')
    .example('nitka-collector restore /var/backups/nitka/2026-11-21')
    .action(async (folder: string, options: CommonOptions) => {
      const config = readConfig(options.config);
      needsLocalSpool(config, 'restore');
      const [{ restore }, { createDestination }] = await Promise.all([
        import('../recovery/restore.ts'),
        import('../destinations/index.ts'),
      ]);
      makeFolder(config.dataDir);
      const lock = await ownFolder(config.dataDir);
      const progress = createProgress('asking');
      try {
        const report = await restore(config, resolve(folder), {
          createDestination,
          onProgress: progress.show,
        });
        progress.end();
        say(formatObjects(report, formatOf(options)));
      } finally {
        await lock.close();
      }
    });
};
