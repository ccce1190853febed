import { NitkaError } from '@nitka/core';
import type { CollectorConfig } from '../config.ts';
import type { Destination } from '../destinations/destination.ts';
import { createDestination } from '../destinations/index.ts';
import { forgetEverywhere } from '../privacy/forget.ts';
import { createForgetting } from '../privacy/forgetting.ts';
import type { ForgetAnswer, ForgetInput } from '../privacy/forgetting.ts';
import { openPrivacy } from '../privacy/open.ts';
import { withSpool } from './offline.ts';

/** Forgets while no collector runs; the caller owns the data folder. */
export const forgetOffline = (config: CollectorConfig, input: ForgetInput): Promise<ForgetAnswer> => {
  if (config.spool.kafka) throw new NitkaError('forget_unsupported');
  return withSpool(config, async (spool) => {
    const privacy = openPrivacy(config, Date.now);
    const destinations = new Map<string, Destination>();
    try {
      for (const options of config.destinations) {
        const destination = await createDestination(options, config.dataDir);
        // One that does not open fails when it is asked, and is named.
        if (destination.erase) await destination.open().catch(() => undefined);
        destinations.set(options.name, destination);
      }
      const forgetting = createForgetting({
        privacy,
        dataDir: config.dataDir,
        now: Date.now,
        everywhere: (request) => forgetEverywhere({ spool, destinations }, request, () => undefined),
      });
      return await forgetting(input);
    } finally {
      for (const destination of destinations.values()) await destination.close();
      await privacy.close();
    }
  });
};
