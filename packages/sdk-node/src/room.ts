import type { Clock } from '@nitka/core';
import type { EventQueue } from './queue/event-queue.ts';

export interface Room {
  /** True below half of the queue's limits. */
  hasRoom(): boolean;
  /** Resolves with true at a quarter of the limits, with false after `timeout` milliseconds or when the tracker closes. */
  drained(timeout?: number): Promise<boolean>;
  /** Call when the queue may have become shorter. */
  check(): void;
  end(): void;
}

/** Back-pressure: callers that wait here make no more events than the collector takes. */
export const createRoom = (
  queue: Pick<EventQueue, 'count' | 'bytes'>,
  limit: { readonly maxEvents: number; readonly maxBytes: number },
  clock: Clock,
): Room => {
  const waiting = new Set<(drained: boolean) => void>();
  const isBelow = (share: number): boolean =>
    queue.count() <= limit.maxEvents * share && queue.bytes() <= limit.maxBytes * share;

  const settle = (drained: boolean): void => {
    for (const resolve of waiting) resolve(drained);
    waiting.clear();
  };

  return {
    hasRoom: () => isBelow(0.5),

    // Two marks, or each sent batch would wake the caller for a handful of events.
    drained(timeout) {
      if (isBelow(0.5)) return Promise.resolve(true);
      return new Promise((resolve) => {
        const timer = timeout === undefined ? undefined : clock.setTimeout(() => settleOne(false), timeout);
        const settleOne = (drained: boolean): void => {
          clock.clearTimeout(timer);
          waiting.delete(settleOne);
          resolve(drained);
        };
        waiting.add(settleOne);
      });
    },

    check: () => {
      if (waiting.size > 0 && isBelow(0.25)) settle(true);
    },

    end: () => settle(false),
  };
};
