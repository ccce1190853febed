import type { Clock } from '@nitka/core';
import { createPause } from '../pause.ts';
import type { Spool } from '../spool/spool.ts';

export interface Settler {
  /** There is something new in the log. */
  wake(): void;
  /** Resolves once all of it is in the index. */
  stop(): Promise<void>;
}

export interface SettlerParts {
  readonly settle: Spool['settle'];
  readonly clock: Clock;
  readonly onSettled: () => void;
  readonly onError: (error: unknown) => void;
}

/** A transaction for all that came in this time: its cost is the disk's, whatever is in it. Milliseconds. */
const settleEvery = 50;
const afterFailure = 1000;

/** Takes into the index what the thread with the connections has appended, so that it can be loaded. */
export const createSettler = ({ settle, clock, onSettled, onError }: SettlerParts): Settler => {
  const pause = createPause(clock);
  let news = false;
  let stopping = false;
  let running: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    while (news) {
      news = false;
      try {
        await settle();
        onSettled();
        if (!stopping) await pause.wait(settleEvery);
      } catch (error) {
        onError(error);
        news = !stopping;
        if (!stopping) await pause.wait(afterFailure);
      }
    }
    running = null;
  };

  const wake = (): void => {
    news = true;
    running ??= run();
  };
  return {
    wake,
    async stop() {
      stopping = true;
      pause.endAll();
      wake();
      await running;
    },
  };
};
