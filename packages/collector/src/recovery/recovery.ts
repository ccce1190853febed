import { createOneAtATime } from '../one-at-a-time.ts';
import { sizeOf } from '../spool/ranges.ts';
import { replay } from './replay.ts';
import type { ReplayAnswer, ReplayParts, ReplayRequest } from './replay.ts';
import { createRetry } from './retry.ts';
import type { Retried, RetryParts, RetryRequest } from './retry.ts';

export interface Recovery {
  replay(request: ReplayRequest): Promise<ReplayAnswer>;
  retry(request: RetryRequest): Promise<Retried[]>;
  /** Entries that a destination has yet to get again. */
  remaining(destination: string): number;
}

/**
 * What brings entries back. One after the other: each looks at what is missing before it says what is to be sent, when the index has all
 * that was answered for.
 */
export const createRecovery = (parts: ReplayParts & RetryParts): Recovery => {
  const retry = createRetry(parts);
  const inTurn = createOneAtATime();
  const settled = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      await parts.spool.settle();
      return work();
    });
  return {
    replay: (request) => settled(() => replay(parts, request)),
    retry: (request) => settled(() => retry(request)),
    remaining: (destination) =>
      sizeOf(parts.spool.repairs.list(destination).map(({ from, to }) => [from, to] as const)),
  };
};
