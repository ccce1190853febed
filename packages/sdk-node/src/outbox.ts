import {
  createDelivery,
  createQueue,
  encodeBatch,
  NitkaError,
  type DropCounts,
  type Transport,
} from '@nitka/core';
import type { Call } from './calls.ts';
import { createConfirmations } from './confirmations.ts';
import type { Listeners } from './listeners.ts';
import type { ReadOptions, TrackerQueue } from './options.ts';
import type { Platform } from './platform.ts';
import { createRoom } from './room.ts';
import { createSentBatch } from './sent-batch.ts';
import type { Skew } from './skew.ts';
import { verdictsOf } from './verdicts.ts';

export interface OutboxParts {
  readonly platform: Platform;
  readonly held: TrackerQueue;
  readonly transport: Transport;
  readonly listeners: Listeners;
  readonly skew: Skew;
}

/** What has been made and has not arrived: takes event texts, answers each, and sends them. */
export const createOutbox = (
  { platform, held, transport, listeners, skew }: OutboxParts,
  options: ReadOptions,
) => {
  const { clock } = platform;
  const confirmations = createConfirmations(platform.stayAlive);
  /** Batches begun: a call knows by it whether its event can have left. */
  let begun = 0;
  let isStopped = false;

  const queue = createQueue(
    {
      storage: held.storage,
      clock,
      ...(platform.byteLength && { byteLength: platform.byteLength }),
      onDropped: (code, count) => listeners.dropped(code, count),
    },
    { maxCount: held.maxEvents, maxBytes: held.maxBytes, maxAge: options.maxAge },
  );
  const room = createRoom(queue, held, clock);

  const delivery = createDelivery(
    {
      queue,
      transport,
      clock,
      random: platform.random,
      ...(held.lock && { lock: held.lock }),
      encode(records, dropped) {
        begun++;
        return encodeBatch(
          records.map((record) => record.json),
          { sentAt: clock.now(), dropped, context: skew.context() },
        );
      },
      onSent(records, reply) {
        for (const { messageId, error } of verdictsOf(reply.body)) {
          listeners.error(error);
          confirmations.failed(messageId, error);
        }
        confirmations.arrived(records);
        if (listeners.hasSent()) listeners.sent(createSentBatch(records));
        room.check();
      },
      onRefused(record, reply) {
        confirmations.dropped([record], 'delivery_refused', `HTTP ${reply.status}`);
        room.check();
      },
      onFailed(code, detail) {
        if (!isStopped) listeners.failed(code, detail);
      },
    },
    { ...options, batch: { count: options.batchEvents, bytes: options.batchBytes } },
  );

  const storageFailed = (cause: unknown): NitkaError => {
    queue.countDropped(cause instanceof NitkaError ? cause.code : 'storage_failed');
    const detail = cause instanceof Error ? cause.message : String(cause);
    const error = cause instanceof NitkaError ? cause : new NitkaError('storage_failed', detail, { cause });
    if (error.code !== 'queue_full') listeners.error(error);
    return error;
  };

  const refuse = (error: NitkaError, messageId: string): Call => ({
    messageId,
    accepted: false,
    hasRoom: room.hasRoom(),
    error,
    stored: () => Promise.reject(error),
    delivered: () => Promise.reject(error),
  });

  const accept = (messageId: string, stored: Promise<void> | undefined): Call => {
    const begunBefore = begun;
    return {
      messageId,
      accepted: true,
      hasRoom: room.hasRoom(),
      error: undefined,
      stored: () => stored ?? Promise.resolve(),
      delivered: () =>
        begun === begunBefore
          ? confirmations.wait(messageId)
          : Promise.reject(new NitkaError('invalid_call', 'delivered() was asked for too late')),
    };
  };

  const acceptLater = (messageId: string, adding: Promise<boolean>): Call => {
    const stored = adding.then(
      () => delivery.wake(),
      (cause: unknown) => {
        const error = storageFailed(cause);
        confirmations.failed(messageId, error);
        throw error;
      },
    );
    // The listeners have been told; nobody is obliged to wait for it.
    stored.catch(() => {});
    return accept(messageId, stored);
  };

  const refresh = async (): Promise<void> => {
    try {
      await queue.refresh();
      delivery.wake();
    } catch (error) {
      listeners.failed('storage_failed', error instanceof Error ? error.message : String(error), error);
    }
  };

  return {
    refuse,
    refresh,
    drained: room.drained,

    add(messageId: string, json: string): Call {
      let added: boolean | Promise<boolean>;
      try {
        added = queue.add(json);
      } catch (cause) {
        return refuse(storageFailed(cause), messageId);
      }
      if (added instanceof Promise) return acceptLater(messageId, added);
      if (!added) return refuse(new NitkaError('queue_full'), messageId);
      delivery.wake();
      return accept(messageId, undefined);
    },

    /** Resolves with what waits, at the latest after `timeout` milliseconds. */
    async flush(timeout?: number): Promise<number> {
      const flushed = delivery.flush();
      if (timeout === undefined) await flushed;
      else await Promise.race([flushed, new Promise<void>((resolve) => clock.setTimeout(resolve, timeout))]);
      // What other processes have added or sent is not known yet.
      await refresh();
      return queue.count();
    },

    async stop(): Promise<void> {
      isStopped = true;
      delivery.stop();
      room.end();
      confirmations.end('tracker_closed');
      await held.storage.close?.();
    },

    stats: (): { pending: number; pendingBytes: number; dropped: DropCounts } => ({
      pending: queue.count(),
      pendingBytes: queue.bytes(),
      dropped: listeners.totalDropped(),
    }),
  };
};
