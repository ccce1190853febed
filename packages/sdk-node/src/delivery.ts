import {
  createDeliveryLoop,
  fullJitter,
  type DeliveryLoop,
  type DeliveryLoopOptions,
  type DeliveryLoopParts,
  type Lock,
  type QueueLimit,
} from '@nitka/core';
import type { Batch } from './queue/batch.ts';
import type { EventQueue } from './queue/event-queue.ts';

export interface DeliveryOptions extends DeliveryLoopOptions {
  /** What one batch may hold. */
  readonly batch: QueueLimit;
  /** Milliseconds before the first retry at most, doubling. */
  readonly backoffBase: number;
  /** Milliseconds before any retry at most. */
  readonly backoffCap: number;
  /** Requests in flight at once. */
  readonly concurrency: number;
}

export interface DeliveryParts extends Omit<
  DeliveryLoopParts<Batch>,
  'queue' | 'read' | 'remove' | 'backoff' | 'lock' | 'takeTurns' | 'release'
> {
  readonly queue: EventQueue;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** One sender at a time where several processes share the storage. */
  readonly lock?: Lock | undefined;
}

/** The delivery loop with several requests in flight. */
export const createDelivery = (parts: DeliveryParts, options: DeliveryOptions): DeliveryLoop => {
  const { queue, random } = parts;
  const { concurrency, batch, backoffBase: base, backoffCap: cap } = options;
  /** Puts one worker more to the turns that are being taken, up to `concurrency`. */
  let addWorker: (() => void) | undefined;

  const takeTogether = (turn: () => Promise<boolean>): Promise<void> =>
    new Promise((resolve, reject) => {
      let working = 0;
      let failure: { readonly error: unknown } | undefined;
      const work = async (): Promise<void> => {
        try {
          while (await turn());
        } catch (error) {
          failure ??= { error };
        }
        if (--working > 0) return;
        addWorker = undefined;
        if (failure) reject(failure.error);
        else resolve();
      };
      addWorker = () => {
        if (working >= concurrency) return;
        working++;
        void work();
      };
      addWorker();
    });

  const loop = createDeliveryLoop<Batch>(
    {
      ...parts,
      async read() {
        const taken = await queue.read(batch);
        if (taken.length > 0 && queue.hasWaiting()) addWorker?.();
        return taken;
      },
      remove: queue.remove,
      backoff: (failures) => fullJitter(failures, { base, cap, random }),
      lock: parts.lock ?? ((task) => task()),
      release: queue.release,
      async takeTurns(turn, isFailing) {
        await queue.refresh();
        // After a failure one request goes first; the others follow only if it arrives.
        if (!isFailing || (await turn())) await takeTogether(turn);
        // Another process may have sent what this one still counts: a count too high would drain at every call.
        await queue.refresh();
      },
    },
    options,
  );

  return {
    ...loop,
    wake() {
      loop.wake();
      // A request more is worth it for a full batch; less than that goes with the next of those under way.
      if (addWorker && queue.hasWaiting(batch)) addWorker();
    },
  };
};
