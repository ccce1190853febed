import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import { adminAddress } from '../admin/address.ts';
import { askOwner } from '../admin/client.ts';
import { startAdminServer } from '../admin/server.ts';
import type { CollectorConfig } from '../config.ts';
import { createDestination } from '../destinations/index.ts';
import type { Destination } from '../destinations/destination.ts';
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

/** Opens the destination that queries go to. */
export const withDestinations = async <T>(
  config: CollectorConfig,
  work: (destinations: ReadonlyMap<string, Destination>) => Promise<T>,
  only?: string,
): Promise<T> => {
  const destinations = new Map<string, Destination>();
  for (const options of config.destinations) {
    if (only !== undefined && options.name !== only) continue;
    const destination = await createDestination(options, config.dataDir);
    if (!destination.query) continue;
    await destination.open();
    destinations.set(options.name, destination);
    break;
  }
  try {
    if (destinations.size === 0) throw new NitkaError('query_not_supported', only);
    return await work(destinations);
  } finally {
    for (const destination of destinations.values()) await destination.close();
  }
};
