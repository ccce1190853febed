import {
  createDeliveryLoop,
  encodeBatch,
  fullJitter,
  type Clock,
  type DropCounts,
  type ErrorCode,
  type EventContext,
  type Lock,
  type TransportReply,
} from '@nitka/core';
import type { Acknowledgements } from './acknowledgements.ts';
import type { Identity } from './identity.ts';
import type { Listeners } from './listeners.ts';
import type { Settings } from './options.ts';
import type { Session } from './session.ts';
import { createSequence } from './sequence.ts';
import { createEventQueue, type EventQueue, type EventRecord } from './storage/queue.ts';
import type { TextStore } from './storage/text-store.ts';
import { sendBeacon } from './transport/beacon.ts';
import type { Http } from './transport/fetch.ts';
import { uuidV7 } from './uuid.ts';

export interface OutboxParts {
  readonly settings: Settings;
  readonly store: TextStore;
  readonly identity: Pick<Identity, 'id' | 'settled' | 'answered'>;
  readonly session: Pick<Session, 'settle'>;
  readonly http: Http;
  readonly page: Window;
  /** One tab of the site at a time. */
  readonly lock: Lock;
  readonly clock: Clock;
  readonly tell: Listeners['tell'];
  readonly report: (code: ErrorCode, detail?: string) => void;
  /** @param remove of the queue */
  readonly openAcknowledgements?: ((remove: EventQueue['remove']) => Acknowledgements) | undefined;
  readonly readLater?: (() => EventContext | undefined) | undefined;
  /** Asks for no cookie and sends no beacon, which would carry them all. */
  readonly isBare: boolean;
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
const batchBytes = 30_000;
/** Bytes that id and number add to an event in a batch, and the envelope to the batch. */
const overhead = { event: 90, batch: 500 };

const path = '/v1/batch';

export const createOutbox = ({
  settings,
  store,
  identity,
  session,
  http,
  page,
  lock,
  clock,
  tell,
  report,
  openAcknowledgements,
  readLater,
  isBare,
}: OutboxParts): Outbox => {
  const { writeKey, flushAt, flushInterval } = settings;
  const own = uuidV7().slice(-9);
  const queue = createEventQueue({ store, prefix: `q.${writeKey}/`, page: own, clock, tell }, settings);
  const sequence = createSequence({ store, queue, readLater, settleSession: session.settle });
  const acknowledgements = openAcknowledgements?.(queue.remove);
  /** Events in requests of this page that have no answer. */
  const onTheWay = new Set<string>();
  const isOnTheWay = (key: string): boolean => onTheWay.has(key);
  const keysOf = (records: readonly EventRecord[]): string[] => records.map(({ key }) => key);

  const send = async (
    records: readonly EventRecord[],
    dropped: DropCounts | undefined,
    isLast: boolean | undefined,
  ): Promise<TransportReply> => {
    const keys = keysOf(records);
    const ack = acknowledgements?.note(keys, isLast);
    const end = (isUnanswered?: boolean): void => {
      keys.forEach((key) => onTheWay.delete(key));
      acknowledgements?.forget(ack!, isUnanswered);
    };
    const body = encodeBatch(sequence.stamp(records, identity.id()), {
      sentAt: clock.now(),
      writeKey,
      dropped,
      ack,
    });
    // Behind all that may throw: what is marked and never sent would be passed over for as long as the page lives.
    keys.forEach((key) => onTheWay.add(key));
    try {
      const reply = await http.send(path, body, 'POST', isLast);
      end();
      return reply;
    } catch (error) {
      // To a page that is left, Chromium says that its requests have failed, and goes on with them: only a page that
      // lives on may try again. What a beacon carries has no answer but the acknowledgement.
      const isUnanswered = isLast && !isBare && sendBeacon(page, settings.endpoint + path, body);
      clock.setTimeout(() => end(isUnanswered), 50);
      throw error;
    }
  };

  const { wake, flush, stop, sendLast } = createDeliveryLoop(
    {
      queue,
      remove: (records) => queue.remove(keysOf(records)),
      // Halved with each failure: on a line so slow that a full batch takes longer than a request may, none would ever arrive.
      read: (failures) => queue.read({ count: 200, bytes: batchBytes >> failures }, isOnTheWay),
      clock,
      send,
      backoff: (failures) => fullJitter(failures, { base: 1000, cap: 60_000, random: () => Math.random() }),
      // Settle, then stamp: no batch is made before the id is known.
      lock: (task) =>
        identity.settled.then(() =>
          lock(acknowledgements ? () => acknowledgements.settle().then(task) : task),
        ),
      onSent(records, { body }) {
        identity.answered((body as { anonymousId?: unknown }).anonymousId);
        tell('sent', records.length);
      },
      onRefused: () => report('delivery_refused'),
      onFailed: report,
    },
    { flushAt, flushInterval },
  );

  const look = (): void => {
    queue.refresh();
    wake();
  };
  look();

  return {
    add(json) {
      queue.add(json);
      wake();
    },

    wake: look,
    flush,

    leave() {
      let room = http.room() - overhead.batch;
      const mine = queue.read({ count: 500, bytes: room }, (key) => isOnTheWay(key) || !key.includes(own));
      void sendLast(mine.filter(({ bytes }) => (room -= bytes + overhead.event) > 0));
    },

    seal: () => sequence.seal(identity.id()),
    stop,
  };
};
