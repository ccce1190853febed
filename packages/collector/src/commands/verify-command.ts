import { adminAddress } from '../admin/address.ts';
import { startAdminServer } from '../admin/server.ts';
import { readConfig } from '../config-file.ts';
import { say } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';

export const registerVerify: RegisterCommand = (cli) => {
  cli
    .command('verify', 'Check that the spool is whole, while no collector runs; every start does it, too')
    .example('nitka-collector verify')
    .action(async (options: CommonOptions) => {
      const config = readConfig(options.config);
      const [{ verifySpool }, { spoolOptions }] = await Promise.all([
        import('../spool/verify.ts'),
        import('../spool/options.ts'),
      ]);
      const destinations = config.destinations.map(({ name }) => name);
      const { folder } = spoolOptions(config);
      // Nobody may write meanwhile.
      const lock = await startAdminServer(adminAddress(config.dataDir), {});
      try {
        const { chunks, entries } = await verifySpool({ folder, destinations });
        say(`${folder}: whole; ${entries} entries in ${chunks} chunks were read`);
      } finally {
        await lock.close();
      }
    });
};
