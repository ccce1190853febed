import type { Clock } from '@nitka/core';
import type { SpoolTrouble } from '../trouble.ts';

/** Whether Kafka takes anything, as what was sent lately tells. */
export interface ProducerHealth {
  succeeded(): void;
  /** @param began when it was sent */
  failed(began: number): void;
  /** Null as long as something has got through lately, or nothing was sent. */
  trouble(): SpoolTrouble | null;
  stop(): void;
}

/** One failure among many is no news: nothing has to get through for so long. Milliseconds. */
const patience = 5000;
const probeEvery = 2000;

/**
 * Asks nothing of the brokers while all is well. From a failure on, and until something gets through, they are given a probe now and then:
 * whoever says that it is not ready gets no requests, and would never hear that it is again.
 */
export const createProducerHealth = (probe: () => Promise<unknown>, clock: Clock): ProducerHealth => {
  let succeededAt = 0;
  let failingSince: number | null = null;
  let timer: unknown = null;
  let stopped = false;

  const succeeded = (): void => {
    succeededAt = clock.now();
    failingSince = null;
    clock.clearTimeout(timer);
  };
  const check = async (): Promise<void> => {
    await probe().then(succeeded, () => undefined);
    if (failingSince !== null) schedule();
  };
  const schedule = (): void => {
    if (!stopped) timer = clock.setTimeout(() => void check(), probeEvery);
  };

  return {
    succeeded,
    failed(began) {
      if (failingSince !== null) return;
      failingSince = Math.max(began, succeededAt);
      schedule();
    },
    trouble() {
      if (failingSince === null || clock.now() - failingSince < patience) return null;
      return { code: 'spool_unavailable', since: failingSince, refuses: true };
    },
    stop() {
      stopped = true;
      clock.clearTimeout(timer);
    },
  };
};
