import {
  createDeliveryLoop,
  createQueue,
  encodeBatch,
  limits,
  type Clock,
  type DropCounts,
  type EventContext,
  type QueueRecord,
  type TransportReply,
} from '@nitka/core';
import { createAcknowledgements } from './acknowledgements.ts';
import type { Identity } from './identity.ts';
import type { Listeners } from './listeners.ts';
import type { SendLock } from './lock.ts';
import type { Settings } from './options.ts';
import type { Session } from './session.ts';
import { createSequence } from './sequence.ts';
import { readCookies } from './storage/cookie.ts';
import { createBrowserQueueStorage } from './storage/queue.ts';
import type { TextStore } from './storage/text-store.ts';
import { sendBeacon } from './transport/beacon.ts';
import type { Http } from './transport/fetch.ts';
import { uuidV7 } from './uuid.ts';

export interface OutboxParts {
  readonly settings: Settings;
  readonly store: TextStore;
  readonly identity: Identity;
  readonly session: Session;
  readonly http: Http;
  readonly page: Window;
  readonly lock: SendLock;
  readonly clock: Clock;
  readonly tell: Listeners['tell'];
  readonly readLater: () => EventContext | undefined;
}

/** What waits to be sent, and its way out. */
export interface Outbox {
  add(json: string): void;
  flush(): Promise<void>;
  /** Looks at what an earlier page left behind. */
  wake(): void;
  /** Sends what this page has unsent in the last turn it may get. */
  leave(): void;
  /** Binds what waits to the present visitor id. */
  seal(): void;
  /** Sends no more. What waits stays. */
  stop(): void;
}

/** Half of the keepalive budget: what is tracked while a batch is on its way still fits when the page is left. */
const batch = { count: 200, bytes: 30_000 };
/** Bytes that id and number add to an event in a batch, and the envelope to the batch. */
const overhead = { event: 90, batch: 500 };

const path = '/v1/batch';

export const createOutbox = (parts: OutboxParts): Outbox => {
  const { settings, store, identity, http, page, lock, clock, tell } = parts;
  const { writeKey, storagePrefix } = settings;
  /** Keys of the records in requests that have no answer yet. */
  const onTheWay = new Set<unknown>();
  let isStopped = false;

  const storage = createBrowserQueueStorage(
    store,
    `${storagePrefix}.q.${writeKey}.`,
    uuidV7().slice(-9),
    onTheWay,
  );
  const sequence = createSequence(
    store,
    `${storagePrefix}.n`,
    storage,
    parts.readLater,
    parts.session.settle,
  );
  const acknowledgements = createAcknowledgements({
    store,
    prefix: `${storagePrefix}.a.${writeKey}.`,
    storage,
    readCookies: () => readCookies(page.document).join(),
    clock,
  });
  const queue = createQueue(
    { storage, clock, onDropped: (code, count) => tell('dropped', code, count) },
    { maxCount: settings.maxQueueCount, maxBytes: settings.maxQueueBytes, maxAge: settings.maxQueueAge },
  );

  const send = async (
    records: readonly QueueRecord[],
    dropped?: DropCounts,
    isLeaving?: boolean,
  ): Promise<TransportReply> => {
    const keys = records.map(({ key }) => key);
    const ack = acknowledgements.note(keys, isLeaving);
    const body = encodeBatch(sequence.stamp(records, identity.id()), {
      sentAt: clock.now(),
      writeKey,
      dropped,
      ack,
    });
    keys.forEach((key) => onTheWay.add(key));
    const release = (isUnanswered?: boolean): void => {
      keys.forEach((key) => onTheWay.delete(key));
      acknowledgements.forget(ack, isUnanswered);
    };
    try {
      const reply = await http.send(path, body, 'POST', isLeaving);
      release();
      return reply;
    } catch (error) {
      // To a page that is left, Chromium says that its requests have failed, and goes on with them: only a page that
      // lives on may try again. What a beacon carries has no answer but the acknowledgement.
      const isUnanswered = isLeaving && sendBeacon(page, settings.endpoint + path, body);
      clock.setTimeout(() => release(isUnanswered), 50);
      throw error;
    }
  };

  const onSent = (records: readonly QueueRecord[], reply: TransportReply): void => {
    identity.answered((reply.body as { anonymousId?: unknown }).anonymousId);
    tell('sent', records.length);
  };

  const delivery = createDeliveryLoop(
    {
      queue,
      clock,
      send,
      random: Math.random,
      // Settle, then stamp: no batch is made before the id is known.
      lock: (task) => identity.settled.then(() => lock.run(() => acknowledgements.settle().then(task))),
      onSent,
      onRefused: () => tell('error', 'delivery_refused'),
      onFailed: (code, detail) => tell('error', code, detail),
    },
    { flushAt: settings.flushAt, flushInterval: settings.flushInterval, batch },
  );

  const sendLast = async (records: readonly QueueRecord[]): Promise<void> => {
    try {
      const reply = await send(records, undefined, true);
      if (!(reply.body as { success?: unknown } | null)?.success) return;
      await queue.remove(records);
      onSent(records, reply);
    } catch {
      // Kept: the next page sends it.
    } finally {
      delivery.wake();
    }
  };

  const wake = (): void => {
    void queue.refresh();
    delivery.wake();
  };
  wake();

  return {
    add(json) {
      if (json.length > limits.eventBytes) queue.countDropped('event_too_large');
      else if (queue.add(json)) delivery.wake();
    },

    wake,
    flush: delivery.flush,

    leave() {
      if (isStopped) return;
      let room = http.room() - overhead.batch;
      const records = storage
        .read({ count: 500, bytes: room }, '', true)
        .filter(({ bytes }) => (room -= bytes + overhead.event) > 0);
      if (records.length > 0) void sendLast(records);
    },

    seal: () => sequence.seal(identity.id()),

    stop() {
      isStopped = true;
      delivery.stop();
    },
  };
};
