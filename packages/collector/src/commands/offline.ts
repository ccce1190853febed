import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import { rowLimit } from '../admin/commands.ts';
import type { CollectorConfig } from '../config.ts';
import { createDestination } from '../destinations/index.ts';
import type { QueryResult } from '../destinations/destination.ts';
import { openSpool } from '../spool/spool.ts';
import type { Spool } from '../spool/spool.ts';

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
