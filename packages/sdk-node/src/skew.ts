import type { Clock } from '@nitka/core';

/** Milliseconds: below it a difference may as well be the way of the answer, and the seconds of the Date header. */
const tolerated = 30_000;

/** How far this machine's clock is off, by the answers of the collector. */
export const createSkew = (clock: Pick<Clock, 'now'>) => {
  let skew = 0;
  return {
    observe(serverTime: number): void {
      skew = serverTime - clock.now();
    },
    /** What marks the events of a batch: how many milliseconds this clock is behind; undefined if it is right. */
    context: (): { clock: { skew: number } } | undefined =>
      Math.abs(skew) < tolerated ? undefined : { clock: { skew } },
  };
};

export type Skew = ReturnType<typeof createSkew>;
