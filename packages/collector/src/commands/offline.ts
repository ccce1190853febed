import { rowLimit } from '../admin/commands.ts';
import type { CollectorConfig } from '../config.ts';
import { chooseForQuery } from '../destinations/choose.ts';
import { createDestination } from '../destinations/index.ts';
import type { Destination, QueryResult } from '../destinations/destination.ts';
import { createEnrich } from '../enrich.ts';
import { createIngest } from '../ingest.ts';
import { createRecovery } from '../recovery/recovery.ts';
import type { Recovery } from '../recovery/recovery.ts';
import { spoolOptions } from '../spool/options.ts';
import { openSpool } from '../spool/spool.ts';
import type { Spool } from '../spool/spool.ts';

export const withSpool = async <T>(
  config: CollectorConfig,
  work: (spool: Spool) => T | Promise<T>,
): Promise<T> => {
  const spool = openSpool(spoolOptions(config));
  try {
    return await work(spool);
  } finally {
    await spool.close();
  }
};

/** Asks the destination itself; without a name the first that can be asked. */
export const queryOffline = async (
  config: CollectorConfig,
  sql: string,
  name?: string,
  limit = rowLimit,
): Promise<QueryResult> => {
  const options = new Map(config.destinations.map((each) => [each.name, each]));
  const create = (each: string): Promise<Destination> =>
    createDestination(options.get(each)!, config.dataDir);
  const { destination } = await chooseForQuery([...options.keys()], create, name);
  try {
    await destination.open();
    return await destination.query(sql, limit);
  } finally {
    await destination.close();
  }
};

/** What brings entries back, while no collector runs. */
export const withRecovery = <T>(
  config: CollectorConfig,
  work: (recovery: Recovery) => Promise<T>,
): Promise<T> =>
  withSpool(config, (spool) => {
    const enrich = createEnrich(config.privacy.ip);
    return work(
      createRecovery({
        config,
        spool,
        ask: (name) => (sql, limit) => queryOffline(config, sql, name, limit),
        ingestInto: (target) => createIngest({ config, spool: target, enrich }),
      }),
    );
  });
