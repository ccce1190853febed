import { NitkaError, type DropCounts } from '@nitka/core';
import { createAnswers } from './answers.ts';
import type { Call } from './calls.ts';
import { createConfirmations } from './confirmations.ts';
import { createDelivery } from './delivery.ts';
import { encodeBody } from './encode-body.ts';
import type { Listeners } from './listeners.ts';
import type { ReadOptions, TrackerQueue } from './options.ts';
import type { Platform } from './platform.ts';
import { createEventQueue, type EventQueue } from './queue/event-queue.ts';
import { createRoom } from './room.ts';
import { createSentBatch } from './sent-batch.ts';
import type { Skew } from './skew.ts';
import { storageFailure } from './storage-failure.ts';
import type { BatchTransport } from './transport.ts';
import { verdictsOf } from './verdicts.ts';
import { within } from './within.ts';

export interface OutboxParts {
  readonly platform: Platform;
  readonly held: TrackerQueue;
  readonly transport: BatchTransport;
  readonly listeners: Listeners;
  readonly skew: Skew;
}

/** What has been made and has not arrived: takes event texts, answers each, and sends them. */
export const createOutbox = (
  { platform, held, transport, listeners, skew }: OutboxParts,
  options: ReadOptions,
) => {
  const { clock } = platform;
  const { concurrency, order, maxAge } = options;
  const confirmations = createConfirmations(platform.stayAlive);
  /** Batches begun: a call knows by it whether its event can have left. */
  let begun = 0;
  let isStopped = false;
  /** The events that one promise of the storage speaks for. */
  let storing: { readonly stored: Promise<void>; count: number } | undefined;

  const events = createEventQueue(
    {
      storage: held.storage,
      clock,
      onDropped: (code, count) => listeners.dropped(code, count),
      onExpired(batch) {
        confirmations.dropped(batch, 'event_expired');
        room.check();
      },
    },
    {
      maxCount: held.maxEvents,
      maxBytes: held.maxBytes,
      maxAge,
      lanes: order === 'visitor' ? concurrency : 1,
    },
  );
  const room = createRoom(events, held, clock);
  const queue: EventQueue = {
    ...events,
    async refresh() {
      await events.refresh();
      // Another process may have sent what filled it.
      room.check();
    },
  };

  const delivery = createDelivery(
    {
      queue,
      clock,
      random: platform.random,
      lock: held.lock,
      send(batch, dropped) {
        begun++;
        const envelope = { sentAt: clock.now(), dropped, context: skew.context() };
        return transport.send(encodeBody(batch.text, envelope));
      },
      onSent(batch, reply) {
        const rejected = verdictsOf(reply.body);
        for (const { messageId, error } of rejected) {
          listeners.error(error);
          confirmations.failed(messageId, error);
        }
        confirmations.arrived(batch);
        if (listeners.hasSent()) listeners.sent(createSentBatch(batch, rejected));
        room.check();
      },
      onRefused(batch, reply) {
        confirmations.dropped(batch, 'delivery_refused', `HTTP ${reply.status}`);
        room.check();
      },
      onFailed(code, detail) {
        if (!isStopped) listeners.error(new NitkaError(code, detail));
      },
    },
    { ...options, batch: { count: options.batchEvents, bytes: options.batchBytes } },
  );

  const refresh = async (): Promise<void> => {
    try {
      await queue.refresh();
      delivery.wake();
    } catch (error) {
      listeners.error(storageFailure(error));
    }
  };

  /** The program may end after a flush: what has arrived must not be sent again by the next one. */
  const settle = async (): Promise<void> => {
    try {
      await held.storage.settle?.();
    } catch (error) {
      listeners.error(storageFailure(error));
    }
  };

  /** Events of one moment are stored together, and what becomes of them is looked at once. */
  const watchStoring = (stored: Promise<void>): void => {
    if (storing?.stored === stored) {
      storing.count++;
      return;
    }
    const group = { stored, count: 1 };
    storing = group;
    stored.then(
      () => delivery.wake(),
      (cause: unknown) => {
        const error = storageFailure(cause);
        queue.countDropped(error.code, group.count);
        if (error.code !== 'queue_full') listeners.error(error);
        void refresh();
      },
    );
  };

  const { accept, refuse } = createAnswers({ hasRoom: room.hasRoom, confirmations, begun: () => begun });

  return {
    refuse,
    refresh,
    drained: room.drained,

    add(messageId: string, json: string, now: number): Call {
      let added: boolean | Promise<void>;
      try {
        added = queue.add(json, now);
      } catch (cause) {
        const error = storageFailure(cause);
        queue.countDropped(error.code);
        listeners.error(error);
        return refuse(error, messageId);
      }
      if (added === false) return refuse(new NitkaError('queue_full'), messageId);
      if (added === true) {
        delivery.wake();
        return accept(messageId, undefined);
      }
      watchStoring(added);
      return accept(messageId, added);
    },

    /** Resolves with what waits, at the latest after `timeout` milliseconds. */
    async flush(timeout?: number): Promise<number> {
      // What is not stored yet cannot be sent: it would wait for the next flush.
      const stored = storing?.stored.catch(() => {}) ?? Promise.resolve();
      const flushed = stored.then(() => delivery.flush()).then(settle);
      await (timeout === undefined ? flushed : within(clock, timeout, flushed));
      // What other processes have added or sent is not known yet.
      await refresh();
      return queue.count();
    },

    async stop(): Promise<void> {
      isStopped = true;
      delivery.stop();
      transport.abort();
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
