import type { CollectorConfig } from '../config.ts';
import type { Destination } from '../destinations/destination.ts';
import { createDestination } from '../destinations/index.ts';
import type { ForgettingTarget } from '../kafka/forget.ts';
import { forgetEverywhere } from '../privacy/forget.ts';
import type { ForgetRequest } from '../privacy/forget.ts';
import { createForgetting } from '../privacy/forgetting.ts';
import type { ForgetAnswer, ForgetInput } from '../privacy/forgetting.ts';
import { openPrivacy } from '../privacy/open.ts';
import { withSpool } from './offline.ts';

/** Loaders elsewhere may run meanwhile: a destination that only one of them can open does not answer here. */
const forgetInTopic = async (config: CollectorConfig, input: ForgetInput): Promise<ForgetAnswer> => {
  const [{ withSession }, { kafkaForgetting }] = await Promise.all([
    import('../kafka/session.ts'),
    import('../kafka/commands.ts'),
  ]);
  return withSession(config, async (session) => {
    const privacy = openPrivacy(config, Date.now);
    const opened: Destination[] = [];
    try {
      const targets: ForgettingTarget[] = [];
      for (const options of config.destinations) {
        const destination = await createDestination(options, config.dataDir);
        opened.push(destination);
        targets.push({
          name: options.name,
          canErase: destination.erase !== undefined,
          async withOpen(work) {
            await destination.open();
            return work(destination);
          },
        });
      }
      const { loader, ...parts } = kafkaForgetting({ config, session, privacy, targets, now: Date.now });
      const everywhere = (request: ForgetRequest) => loader.forget!(request, () => undefined);
      return await createForgetting({ ...parts, everywhere })(input);
    } finally {
      for (const destination of opened) await destination.close();
      await privacy.close();
    }
  });
};

/** Forgets while no collector runs; the caller owns the data folder. */
export const forgetOffline = (config: CollectorConfig, input: ForgetInput): Promise<ForgetAnswer> => {
  if (config.spool.kafka) return forgetInTopic(config, input);
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
