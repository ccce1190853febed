import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import { adminAddress } from '../admin/address.ts';
import { askOwner } from '../admin/client.ts';
import { rowLimit } from '../admin/commands.ts';
import { startAdminServer } from '../admin/server.ts';
import type { CollectorConfig } from '../config.ts';
import { createDestination } from '../destinations/index.ts';
import type { QueryResult } from '../destinations/destination.ts';
import { openSpool } from '../spool/spool.ts';
import type { Spool } from '../spool/spool.ts';

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
  const lock = await startAdminServer(address, {});
  try {
    return await work();
  } finally {
    await lock.close();
  }
};

export const withSpool = async <T>(config: CollectorConfig, work: (spool: Spool) => T): Promise<T> => {
  const spool = openSpool({ folder: join(config.dataDir, 'spool') });
  try {
    return work(spool);
  } finally {
    await spool.close();
  }
};

/** Asks the destination itself; without a name the first that can be asked. */
export const queryOffline = async (
  config: CollectorConfig,
  sql: string,
  name?: string,
): Promise<QueryResult> => {
  for (const options of config.destinations) {
    if (name !== undefined && options.name !== name) continue;
    const destination = await createDestination(options, config.dataDir);
    if (!destination.query) continue;
    try {
      await destination.open();
      return await destination.query(sql, rowLimit);
    } finally {
      await destination.close();
    }
  }
  throw new NitkaError('query_not_supported', name);
};
