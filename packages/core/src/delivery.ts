import type { DropCounts } from './batch.ts';
import {
  createDeliveryLoop,
  type DeliveryLoop,
  type DeliveryLoopOptions,
  type DeliveryLoopParts,
} from './delivery-loop.ts';
import type { Lock, QueueKey, QueueRecord, Transport } from './ports.ts';
import type { Queue } from './queue.ts';

export interface DeliveryOptions extends DeliveryLoopOptions {
  /** Requests in flight at once. Above 1, batches may arrive out of order. @default 1 */
  readonly concurrency?: number;
}

export interface DeliveryParts extends Omit<
  DeliveryLoopParts,
  'queue' | 'send' | 'lock' | 'takeTurns' | 'release'
> {
  readonly queue: Queue;
  readonly transport: Transport;
  /** Makes the whole JSON body from records and what was dropped since the last batch. */
  readonly encode: (records: readonly QueueRecord[], dropped: DropCounts | undefined) => string;
  /** One sender at a time where several processes share the storage; only without concurrency. */
  readonly lock?: Lock;
}

export interface Delivery extends DeliveryLoop {
  /** True while a request that carries this record has no answer. */
  isInFlight(key: QueueKey): boolean;
}

/** The delivery loop with several requests in flight. */
export const createDelivery = (parts: DeliveryParts, options: DeliveryOptions): Delivery => {
  const { queue, transport, encode } = parts;
  const { concurrency = 1 } = options;
  const inFlight = new Set<QueueKey>();
  let lastTaken: QueueKey | undefined;
  let taking: Promise<unknown> = Promise.resolve();

  /** One reader at a time: two that read together would take the same records. */
  const read: Queue['read'] = (limit) => {
    const taken = taking.then(async () => {
      // With nothing in flight the oldest come first again: what failed is read anew.
      const records = await queue.read(limit, inFlight.size > 0 ? lastTaken : undefined);
      for (const record of records) inFlight.add((lastTaken = record.key));
      return records;
    });
    taking = taken.catch(() => undefined);
    return taken;
  };

  const work = async (turn: () => Promise<boolean>): Promise<void> => {
    while (await turn());
  };

  const loop = createDeliveryLoop(
    {
      ...parts,
      queue: { ...queue, read },
      lock: (concurrency === 1 && parts.lock) || ((task) => task()),
      send: (records, dropped) => transport.send(encode(records, dropped)),
      release(records) {
        for (const { key } of records) inFlight.delete(key);
      },
      async takeTurns(turn, isFailing) {
        // After a failure one request goes first; the others follow only if it arrives.
        if (isFailing && !(await turn())) return;
        await Promise.all(Array.from({ length: concurrency }, () => work(turn)));
      },
    },
    options,
  );
  return { ...loop, isInFlight: (key) => inFlight.has(key) };
};
