import {
  createDelivery,
  createQueue,
  encodeBatch,
  limits,
  type Clock,
  type DropCounts,
  type EventContext,
  type QueueKey,
  type QueueRecord,
  type TransportReply,
} from '@nitka/core';
import type { Identity } from './identity.ts';
import type { Listeners } from './listeners.ts';
import type { SendLock } from './lock.ts';
import type { Settings } from './options.ts';
import { createSequence } from './sequence.ts';
import { createBrowserQueueStorage } from './storage/queue.ts';
import type { TextStore } from './storage/text-store.ts';
import { sendBeacon } from './transport/beacon.ts';
import type { Http } from './transport/fetch.ts';

export interface OutboxParts {
  readonly settings: Settings;
  readonly store: TextStore;
  readonly identity: Identity;
  readonly http: Http;
  readonly page: Window;
  readonly lock: SendLock;
  readonly clock: Clock;
  /** Unique among the open pages, [0-9a-z]. */
  readonly tab: string;
  readonly tell: Listeners['tell'];
  readonly readLater: () => EventContext | undefined;
}

/** What waits to be sent, and its way out. */
export interface Outbox {
  add(json: string): void;
  flush(): Promise<void>;
  /** Sends what this page has unsent in the last turn it may get. */
  leave(): void;
  /** Binds what waits to the present visitor id. */
  seal(): void;
  /** Sends no more. What waits stays, unless it is erased. */
  stop(erase: boolean): void;
}

/** Half of the keepalive budget: what is tracked while a batch is on its way still fits when the page is left. */
const batch = { count: 200, bytes: 30_000 };
/** Bytes that id and number add to an event in a batch, and the envelope to the batch. */
const overhead = { event: 90, batch: 500 };

const path = '/v1/batch';

export const createOutbox = (parts: OutboxParts): Outbox => {
  const { settings, store, identity, http, lock, clock, tell } = parts;
  const { writeKey, storagePrefix } = settings;
  /** Sent while leaving, without an answer yet. */
  const leaving = new Set<QueueKey>();
  let isStopped = false;

  const storage = createBrowserQueueStorage(store, `${storagePrefix}.q.${writeKey}.`, parts.tab, leaving);
  const sequence = createSequence(store, `${storagePrefix}.n`, storage, parts.readLater);
  const queue = createQueue(
    { storage, clock, onDropped: (code, count) => tell('dropped', code, count) },
    { maxCount: settings.maxQueueCount, maxBytes: settings.maxQueueBytes, maxAge: settings.maxQueueAge },
  );

  const encode = (records: readonly QueueRecord[], dropped?: DropCounts): string =>
    encodeBatch(sequence.stamp(records, identity.id()), { sentAt: clock.now(), writeKey, dropped });

  const arrived = (records: readonly QueueRecord[], reply: TransportReply): void => {
    identity.answered((reply.body as { anonymousId?: unknown }).anonymousId);
    tell('sent', records.length);
  };

  const delivery = createDelivery(
    {
      queue,
      clock,
      encode,
      transport: { send: (body) => http.send(path, body) },
      random: Math.random,
      // Settle, then stamp: no batch is made before the id is known.
      lock: (task) => identity.settled.then(() => lock.run(task)),
      onSent: arrived,
      onRefused: () => tell('error', 'delivery_refused'),
      onFailed: (code, detail) => tell('error', code, detail),
    },
    { flushAt: settings.flushAt, flushInterval: settings.flushInterval, batch },
  );

  const unsent = (): QueueRecord[] => {
    let room = http.room() - overhead.batch;
    return storage
      .read({ count: 500, bytes: room }, '', (key) => storage.isOwn(key) && !delivery.isInFlight(key))
      .filter(({ bytes }) => (room -= bytes + overhead.event) > 0);
  };

  const sendLast = async (records: readonly QueueRecord[]): Promise<void> => {
    const body = encode(records);
    try {
      const reply = await http.send(path, body);
      if (!(reply.body as { success?: unknown } | null)?.success) return;
      await queue.remove(records);
      arrived(records, reply);
    } catch {
      sendBeacon(parts.page, settings.endpoint + path, body);
    } finally {
      for (const { key } of records) leaving.delete(key);
      delivery.wake();
    }
  };

  void queue.refresh();
  // What an earlier page left behind.
  delivery.wake();

  return {
    add(json) {
      if (json.length > limits.eventBytes) return queue.countDropped('event_too_large');
      if (queue.add(json)) delivery.wake();
    },

    flush: () => delivery.flush(),

    leave() {
      const records = isStopped ? [] : unsent();
      if (records.length === 0) return;
      for (const { key } of records) leaving.add(key);
      void sendLast(records);
    },

    seal: () => sequence.seal(identity.id()),

    stop(erase) {
      isStopped = true;
      delivery.stop();
      if (!erase) return;
      storage.clear();
      store.remove(`${storagePrefix}.n`);
    },
  };
};
