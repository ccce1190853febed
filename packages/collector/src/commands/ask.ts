import { adminAddress } from '../admin/address.ts';
import { askOwner } from '../admin/client.ts';
import type { CollectorConfig } from '../config.ts';
import { makeFolder } from '../make-folder.ts';
import { ownFolder } from './own-folder.ts';

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
  // With Kafka nothing of worth is in it: a machine that only commands may have none yet.
  if (config.spool.kafka) makeFolder(config.dataDir);
  const lock = await ownFolder(config.dataDir);
  try {
    return await work();
  } finally {
    await lock.close();
  }
};
