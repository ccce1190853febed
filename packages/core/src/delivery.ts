import { fullJitter } from './backoff.ts';
import type { DropCounts } from './batch.ts';
import type { ErrorCode } from './errors.ts';
import type { Clock, Lock, QueueKey, QueueLimit, QueueRecord, Transport, TransportReply } from './ports.ts';
import type { Queue } from './queue.ts';
import { outcomeOf, retryAfter } from './response.ts';

export interface DeliveryOptions {
  /** Events that wait before a batch is sent without waiting longer. */
  readonly flushAt: number;
  /** Milliseconds that an event waits for company. */
  readonly flushInterval: number;
  /** What one batch may hold. */
  readonly batch: QueueLimit;
  /** Requests in flight at once. Above 1, batches may arrive out of order. @default 1 */
  readonly concurrency?: number;
  /** Milliseconds before the first retry at most, doubling. @default 1000 */
  readonly backoffBase?: number;
  /** Milliseconds before any retry at most. @default 60000 */
  readonly backoffCap?: number;
  /** Milliseconds before the next attempt after the collector refused this client. @default 300000 */
  readonly holdFor?: number;
}

export interface DeliveryParts {
  readonly queue: Queue;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  /** Makes the whole JSON body from records and what was dropped since the last batch. */
  readonly encode: (records: readonly QueueRecord[], dropped: DropCounts | undefined) => string;
  /** One sender at a time where several tabs or processes share the storage. */
  readonly lock?: Lock;
  readonly onSent?: (records: readonly QueueRecord[], reply: TransportReply) => void;
  /** The collector refused this one event for good; it was removed and counted as dropped. */
  readonly onRefused?: (record: QueueRecord, reply: TransportReply) => void;
  /** An attempt failed; the events are kept. */
  readonly onFailed?: (code: ErrorCode, detail: string) => void;
}

export interface Delivery {
  /** Call after each `queue.add`. */
  wake(): void;
  /**
   * Sends at once, cutting short a back-off, but not a wait that the collector asked for. Resolves once nothing
   * waits, or an attempt has failed. Never rejects.
   */
  flush(): Promise<void>;
  /** True while a request that carries this record has no answer. */
  isInFlight(key: QueueKey): boolean;
  /** No further attempts. What is queued stays queued. */
  stop(): void;
}

/** `next`: go on. `empty`: nothing waits. `wait`: an attempt failed, a timer is set. */
type Step = 'next' | 'empty' | 'wait';

const isAccepted = ({ status, body }: TransportReply): boolean =>
  // A captive portal answers 200 with its own page: only the collector's words free an event from the queue.
  outcomeOf(status) === 'delivered' && (body as { success?: unknown } | null | undefined)?.success === true;

/** The one delivery loop of the browser and the Node SDK. */
export const createDelivery = (parts: DeliveryParts, options: DeliveryOptions): Delivery => {
  const { queue, transport, clock, random, encode, onSent, onRefused, onFailed } = parts;
  const lock: Lock = parts.lock ?? ((task) => task());
  const { concurrency = 1, backoffBase = 1000, backoffCap = 60_000, holdFor = 300_000 } = options;

  const inFlight = new Set<QueueKey>();
  let lastTaken: QueueKey | undefined;
  let taking: Promise<unknown> = Promise.resolve();
  let failures = 0;
  let stopped = false;
  let draining: Promise<void> | undefined;
  /** Waits for company (`interval`), for a failed attempt (`backoff`), or because the collector said so (`asked`). */
  let timer: { readonly kind: 'interval' | 'backoff' | 'asked'; readonly handle: unknown } | undefined;

  const clearTimer = (): void => {
    if (timer) clock.clearTimeout(timer.handle);
    timer = undefined;
  };

  const setTimer = (kind: 'interval' | 'backoff' | 'asked', milliseconds: number): void => {
    if (stopped || (timer && timer.kind === 'asked' && kind === 'backoff')) return;
    clearTimer();
    const handle = clock.setTimeout(() => {
      timer = undefined;
      void drain();
    }, milliseconds);
    timer = { kind, handle };
  };

  const isWaiting = (): boolean => timer !== undefined && timer.kind !== 'interval';

  const fail = (code: ErrorCode, detail: string, asked: number | null, atLeast = 0): Step => {
    failures++;
    if (asked !== null) setTimer('asked', asked);
    else setTimer('backoff', atLeast + fullJitter(failures, { base: backoffBase, cap: backoffCap, random }));
    onFailed?.(code, detail);
    return 'wait';
  };

  const attempt = async (records: readonly QueueRecord[]): Promise<TransportReply | Error> => {
    const dropped = queue.takeDropped();
    try {
      const reply = await transport.send(encode(records, dropped));
      if (!isAccepted(reply)) queue.restoreDropped(dropped);
      return reply;
    } catch (error) {
      queue.restoreDropped(dropped);
      return error instanceof Error ? error : new Error(String(error));
    }
  };

  const deliver = async (records: readonly QueueRecord[]): Promise<Step> => {
    const reply = await attempt(records);
    if (reply instanceof Error) return fail('delivery_failed', reply.message, null);
    if (isAccepted(reply)) {
      failures = 0;
      await queue.remove(records);
      onSent?.(records, reply);
      return 'next';
    }
    const detail = `HTTP ${reply.status}`;
    switch (outcomeOf(reply.status)) {
      case 'hold':
        return fail('delivery_held', detail, null, holdFor);
      case 'split': {
        if (records.length === 1) {
          await queue.remove(records);
          queue.countDropped('delivery_refused');
          onRefused?.(records[0]!, reply);
          return 'next';
        }
        const middle = records.length >> 1;
        const first = await deliver(records.slice(0, middle));
        return first === 'next' ? deliver(records.slice(middle)) : first;
      }
      default:
        return fail('delivery_failed', detail, retryAfter(reply.retryAfter, clock.now()));
    }
  };

  /** One reader at a time: two that read together would take the same records. */
  const take = (): Promise<readonly QueueRecord[]> => {
    const taken = taking.then(async () => {
      // With nothing in flight the oldest come first again: what failed is read anew.
      const records = await queue.read(options.batch, inFlight.size > 0 ? lastTaken : undefined);
      for (const record of records) inFlight.add((lastTaken = record.key));
      return records;
    });
    taking = taken.catch(() => undefined);
    return taken;
  };

  const step = async (): Promise<Step> => {
    if (stopped || isWaiting()) return 'wait';
    const records = await take();
    if (records.length === 0) return 'empty';
    try {
      return await deliver(records);
    } finally {
      for (const record of records) inFlight.delete(record.key);
    }
  };

  const stepAlone = (): Promise<Step> => (concurrency === 1 ? lock(step) : step());

  const work = async (): Promise<void> => {
    while ((await stepAlone()) === 'next');
  };

  const run = async (): Promise<void> => {
    await queue.refresh();
    // After a failure one request goes first; the others follow only if it arrives.
    if (failures > 0 && (await stepAlone()) !== 'next') return;
    await Promise.all(Array.from({ length: concurrency }, work));
    // Another tab or process may have sent what this one still counts: a count too high would drain at every call.
    await queue.refresh();
  };

  const drain = (): Promise<void> => {
    if (stopped) return Promise.resolve();
    if (timer?.kind === 'interval') clearTimer();
    draining ??= run()
      .catch((error: unknown) => {
        // The storage failed, not the network. The events may still be there at the next attempt.
        fail('storage_failed', error instanceof Error ? error.message : String(error), null);
      })
      .finally(() => {
        draining = undefined;
        wake();
      });
    return draining;
  };

  const wake = (): void => {
    if (stopped || draining || isWaiting() || queue.count() === 0) return;
    if (queue.count() >= options.flushAt) void drain();
    else if (!timer) setTimer('interval', options.flushInterval);
  };

  return {
    wake,

    async flush() {
      if (timer?.kind === 'backoff') clearTimer();
      // A drain under way may have read past the newest events already.
      if (draining) await draining;
      await drain();
    },

    isInFlight: (key) => inFlight.has(key),

    stop() {
      stopped = true;
      clearTimer();
    },
  };
};
