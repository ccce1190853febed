import { NitkaError } from '@nitka/core';
import type { Clock, ErrorCode } from '@nitka/core';
import { createPause } from '../pause.ts';
import type { Spool } from '../spool/spool.ts';
import type { SpoolTrouble } from '../trouble.ts';

export interface Settler {
  /** There is something new in the log. */
  wake(): void;
  /** Null while the index takes everything in. */
  trouble(): SpoolTrouble | null;
  /** Resolves once all of it is in the index. */
  stop(): Promise<void>;
}

export interface SettleFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

export interface SettlerParts {
  readonly settle: Spool['settle'];
  readonly clock: Clock;
  readonly onSettled: () => void;
  readonly onFailure: (failure: SettleFailure) => void;
}

/** The system's own words say more than those of the code. */
const failureOf = (error: unknown): SettleFailure => {
  const { cause, message } = error as Error;
  const code = error instanceof NitkaError ? error.code : 'internal_error';
  return { code, message: cause instanceof Error ? cause.message : message };
};

/** A transaction for all that came in this time: its cost is the disk's, whatever is in it. Milliseconds. */
const settleEvery = 50;
const afterFailure = 1000;

/** Takes into the index what the thread with the connections has appended, so that it can be loaded. */
export const createSettler = ({ settle, clock, onSettled, onFailure }: SettlerParts): Settler => {
  const pause = createPause(clock);
  let news = false;
  let stopping = false;
  let running: Promise<void> | null = null;
  let trouble: SpoolTrouble | null = null;

  const fail = (error: unknown): void => {
    const failure = failureOf(error);
    const { code } = failure;
    // The log goes on taking events for as long as it can.
    if (trouble?.code !== code) trouble = { code, since: clock.now(), refuses: false };
    onFailure(failure);
  };

  const run = async (): Promise<void> => {
    while (news) {
      news = false;
      try {
        await settle();
        trouble = null;
        onSettled();
        if (!stopping) await pause.wait(settleEvery);
      } catch (error) {
        fail(error);
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
    trouble: () => trouble,
    async stop() {
      stopping = true;
      pause.endAll();
      wake();
      await running;
    },
  };
};
