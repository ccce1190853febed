import { fullJitter } from './backoff.ts';
import type { DropCounts } from './batch.ts';
import type { ErrorCode } from './errors.ts';
import type { Clock, Lock, QueueLimit, QueueRecord, TransportReply } from './ports.ts';
import type { Queue } from './queue.ts';
import { outcomeOf, retryAfter } from './response.ts';

export interface DeliveryLoopOptions {
  /** Events that wait before a batch is sent without waiting longer. */
  readonly flushAt: number;
  /** Milliseconds that an event waits for company. */
  readonly flushInterval: number;
  /** What one batch may hold. */
  readonly batch: QueueLimit;
  /** Milliseconds before the first retry at most, doubling. @default 1000 */
  readonly backoffBase?: number;
  /** Milliseconds before any retry at most. @default 60000 */
  readonly backoffCap?: number;
  /** Milliseconds before the next attempt after the collector refused this client. @default 300000 */
  readonly holdFor?: number;
}

/** Events as a queue hands them out: an array of records, or whatever can be cut like one. */
export interface Sliceable<Records> {
  readonly length: number;
  slice(start: number, end?: number): Records;
}

export interface DeliveryLoopParts<Records extends Sliceable<Records> = readonly QueueRecord[]> {
  readonly queue: Pick<Queue, 'count' | 'refresh' | 'countDropped' | 'takeDropped' | 'restoreDropped'> & {
    read(limit: QueueLimit): Promise<Records>;
    remove(records: Records): Promise<void>;
  };
  readonly clock: Clock;
  readonly random: () => number;
  /** Sends one batch, with what was dropped since the last one. Rejects when there is no answer. */
  readonly send: (records: Records, dropped: DropCounts | undefined) => Promise<TransportReply>;
  /** One sender at a time where several tabs or processes share the storage. */
  readonly lock: Lock;
  /** Takes turns until one says that it is enough. @default one after the other */
  readonly takeTurns?: (turn: () => Promise<boolean>, isFailing: boolean) => Promise<void>;
  /** What was read has arrived, or waits again. */
  readonly release?: (records: Records) => void;
  readonly onSent?: ((records: Records, reply: TransportReply) => void) | undefined;
  /** The collector refused this event, alone in its batch, for good; it was removed and counted as dropped. */
  readonly onRefused?: ((records: Records, reply: TransportReply) => void) | undefined;
  /** An attempt failed; the events are kept. */
  readonly onFailed?: ((code: ErrorCode, detail: string) => void) | undefined;
}

export interface DeliveryLoop {
  /** Call after each `queue.add`. */
  wake(): void;
  /**
   * Sends at once, cutting short a back-off, but not a wait that the collector asked for. Resolves once nothing
   * waits, or an attempt has failed. Never rejects.
   */
  flush(): Promise<void>;
  /** No further attempts. What is queued stays queued. */
  stop(): void;
}

const isAccepted = ({ status, body }: TransportReply): boolean =>
  // A captive portal answers 200 with its own page: only the collector's words free an event from the queue.
  outcomeOf(status) === 'delivered' && (body as { success?: unknown } | null | undefined)?.success === true;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The one delivery loop of the browser and the Node SDK. */
export const createDeliveryLoop = <Records extends Sliceable<Records> = readonly QueueRecord[]>(
  parts: DeliveryLoopParts<Records>,
  options: DeliveryLoopOptions,
): DeliveryLoop => {
  const { queue, clock } = parts;
  const { backoffBase = 1000, backoffCap = 60_000, holdFor = 300_000 } = options;

  let failures = 0;
  let isStopped = false;
  let draining: Promise<void> | undefined;
  let timer: unknown;
  /** The timer waits for company (`interval`), for a failed attempt (`backoff`), or because the collector said so (`asked`). */
  let wait: 'interval' | 'backoff' | 'asked' | undefined;

  const clearTimer = (): void => {
    clock.clearTimeout(timer);
    wait = undefined;
  };

  const setTimer = (kind: typeof wait, milliseconds: number): void => {
    if (isStopped || (wait === 'asked' && kind === 'backoff')) return;
    clearTimer();
    wait = kind;
    timer = clock.setTimeout(() => {
      wait = undefined;
      void drain();
    }, milliseconds);
  };

  const mustWait = (): boolean => isStopped || wait === 'asked' || wait === 'backoff';

  const fail = (code: ErrorCode, detail: string, asked: number | null = null, atLeast = 0): false => {
    failures++;
    const jitter = fullJitter(failures, { base: backoffBase, cap: backoffCap, random: parts.random });
    setTimer(asked === null ? 'backoff' : 'asked', asked ?? atLeast + jitter);
    parts.onFailed?.(code, detail);
    return false;
  };

  /** @returns false after an attempt that failed: a timer is set */
  const deliver = async (records: Records): Promise<boolean> => {
    const dropped = queue.takeDropped();
    let reply: TransportReply;
    try {
      reply = await parts.send(records, dropped);
    } catch (error) {
      queue.restoreDropped(dropped);
      return fail('delivery_failed', messageOf(error));
    }
    if (isAccepted(reply)) {
      failures = 0;
      await queue.remove(records);
      parts.onSent?.(records, reply);
      return true;
    }
    queue.restoreDropped(dropped);
    const outcome = outcomeOf(reply.status);
    const detail = `HTTP ${reply.status}`;
    if (outcome === 'hold') return fail('delivery_held', detail, null, holdFor);
    if (outcome !== 'split')
      return fail('delivery_failed', detail, retryAfter(reply.retryAfter, clock.now()));
    const middle = records.length >> 1;
    if (middle) return (await deliver(records.slice(0, middle))) && deliver(records.slice(middle));
    await queue.remove(records);
    queue.countDropped('delivery_refused');
    parts.onRefused?.(records, reply);
    return true;
  };

  const turn = (): Promise<boolean> =>
    parts.lock(async () => {
      if (mustWait()) return false;
      const records = await queue.read(options.batch);
      try {
        return records.length > 0 && (await deliver(records));
      } finally {
        parts.release?.(records);
      }
    });

  const run = async (): Promise<void> => {
    try {
      await queue.refresh();
      if (parts.takeTurns) await parts.takeTurns(turn, failures > 0);
      else while (await turn());
      // Another tab or process may have sent what this one still counts: a count too high would drain at every call.
      await queue.refresh();
    } catch (error) {
      // The storage failed, not the network. The events may still be there at the next attempt.
      fail('storage_failed', messageOf(error));
    }
    draining = undefined;
    wake();
  };

  const drain = async (): Promise<void> => {
    if (isStopped) return;
    if (wait === 'interval') clearTimer();
    return (draining ??= run());
  };

  const wake = (): void => {
    if (draining || mustWait() || queue.count() === 0) return;
    if (queue.count() >= options.flushAt) void drain();
    else if (!wait) setTimer('interval', options.flushInterval);
  };

  return {
    wake,

    async flush() {
      if (wait === 'backoff') clearTimer();
      // A drain under way may have read past the newest events already.
      await draining;
      await drain();
    },

    stop() {
      isStopped = true;
      clearTimer();
    },
  };
};
