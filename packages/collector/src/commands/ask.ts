import { adminAddress } from '../admin/address.ts';
import { askOwner } from '../admin/client.ts';
import { startAdminServer } from '../admin/server.ts';
import type { CollectorConfig } from '../config.ts';
import { workAsOwnerOf } from './as-owner.ts';

/**
 * Asks the collector that runs; if none does, takes the data folder for as long as `work` lasts, so that none can start meanwhile.
 */
export const askOrOwn = async <T>(
  config: CollectorConfig,
  command: string,
  input: unknown,
  work: () => Promise<T>,
): Promise<T> => {
  const address = adminAddress(config.dataDir);
  const answer = await askOwner<T>(address, command, input);
  if (answer) return answer.result;
  workAsOwnerOf(config.dataDir);
  const lock = await startAdminServer(address, {});
  try {
    return await work();
  } finally {
    await lock.close();
  }
};
