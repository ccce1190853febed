import { readConfig } from '../config-file.ts';
import type { CollectorConfig } from '../config.ts';
import { ownFolder } from './own-folder.ts';
import { say } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';
import { createProgress } from './progress.ts';

interface Options extends CommonOptions {
  readonly newest?: boolean;
}

const verifyKafka = async (config: CollectorConfig): Promise<void> => {
  const [{ withSession }, { verifyTopic }] = await Promise.all([
    import('../kafka/session.ts'),
    import('../kafka/verify.ts'),
  ]);
  const progress = createProgress('reading');
  const { spool, messages, entries } = await withSession(config, async (session) => ({
    spool: session.spool,
    ...(await verifyTopic(session, config, progress.show)),
  }));
  progress.end();
  say(`${spool.topic}: whole; ${entries} entries in ${messages} messages were read`);
};

export const registerVerify: RegisterCommand = (cli) => {
  cli
    .command(
      'verify',
      'Check that the spool is whole, while no collector runs; every start looks at what is new',
    )
    .option('--newest', 'Only what a start relies on, as every start does')
    .example('nitka-collector verify')
    .action(async (options: Options) => {
      const config = readConfig(options.config);
      if (config.spool.kafka) return verifyKafka(config);
      const [{ verifySpool }, { spoolOptions }] = await Promise.all([
        import('../spool/verify.ts'),
        import('../spool/options.ts'),
      ]);
      const destinations = config.destinations.map(({ name }) => name);
      const { folder } = spoolOptions(config);
      // Nobody may write meanwhile.
      const lock = await ownFolder(config.dataDir);
      try {
        const progress = createProgress('reading');
        const { chunks, entries } = await verifySpool({
          folder,
          destinations,
          whole: options.newest !== true,
          onProgress: progress.show,
        });
        progress.end();
        say(`${folder}: whole; ${entries} entries in ${chunks} chunks were read`);
      } finally {
        await lock.close();
      }
    });
};
