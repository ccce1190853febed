import type { DropCounts } from './batch.ts';
import type { ErrorCode } from './errors.ts';
import type { Clock, Lock, MaybePromise, TransportReply } from './ports.ts';
import { hasReason, isDelivered, isHeld, isRefused, retryAfter } from './response.ts';

export interface DeliveryLoopOptions {
  /** Events that wait before a batch is sent without waiting longer. */
  readonly flushAt: number;
  /** Milliseconds that an event waits for company. */
  readonly flushInterval: number;
  /** Milliseconds before the next attempt after the collector refused this client. @default 300000 */
  readonly holdFor?: number;
}

/** Events as a queue hands them out: an array of records, or whatever can be cut like one. */
export interface Sliceable<Records> {
  readonly length: number;
  slice(start: number, end?: number): Records;
}

/** As much of a queue as the loop needs. */
export interface DeliveryQueue {
  /** Events that wait, as far as known. */
  count(): number;
  countDropped(code: ErrorCode): void;
  takeDropped(): DropCounts | undefined;
  restoreDropped(counts: DropCounts | undefined): void;
}

export interface DeliveryLoopParts<Records extends Sliceable<Records>> {
  readonly queue: DeliveryQueue;
  readonly remove: (records: Records) => MaybePromise<void>;
  /**
   * The records of the next batch; none when nothing waits.
   * @param failures in a row so far: a smaller batch may get through where a full one takes too long
   */
  readonly read: (failures: number) => MaybePromise<Records>;
  readonly clock: Clock;
  /** Milliseconds to wait after so many failures in a row. */
  readonly backoff: (failures: number) => number;
  /** Sends one batch, with what was dropped since the last one. Rejects when there is no answer. */
  readonly send: (
    records: Records,
    dropped: DropCounts | undefined,
    isLast: boolean | undefined,
  ) => Promise<TransportReply>;
  /** One sender at a time where several tabs or processes share the storage. */
  readonly lock: Lock;
  /** Takes turns until one says that it is enough. @default one after the other */
  readonly takeTurns?: (turn: () => Promise<boolean>, isFailing: boolean) => Promise<void>;
  /** What was read has arrived, or waits again. */
  readonly release?: (records: Records) => void;
  readonly onSent: (records: Records, reply: TransportReply) => void;
  /** The collector refused this event, alone in its batch, for good; it was removed and counted as dropped. */
  readonly onRefused: (records: Records, reply: TransportReply) => void;
  /** An attempt failed; the events are kept. */
  readonly onFailed: (code: ErrorCode, detail: string) => void;
}

export interface DeliveryLoop {
  /** Call after each event that is added. */
  wake(): void;
  /**
   * Sends at once, cutting short a back-off, but not a wait that the collector asked for. Resolves once nothing
   * waits, or an attempt has failed. Never rejects.
   */
  flush(): Promise<void>;
  /** No further attempts. What is queued stays queued. */
  stop(): void;
}

/** The loop, and the way past it. */
export interface OpenDeliveryLoop<Records extends Sliceable<Records>> extends DeliveryLoop {
  /** Sends these records now, without the lock, in the last turn that a page may get. */
  sendLast(records: Records): Promise<void>;
}

// What the loop waits for, by strength: a weaker wait never takes the place of a stronger one.
const nothing = 0;
/** Company for the events that wait. */
const company = 1;
/** The time after a failed attempt. */
const backedOff = 2;
/** The time that the collector asked for. */
const asked = 3;
const stopped = 4;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The one delivery loop of the browser and the Node SDK. */
export const createDeliveryLoop = <Records extends Sliceable<Records>>(
  {
    queue,
    remove,
    read,
    clock,
    backoff,
    send,
    lock,
    takeTurns,
    release,
    onSent,
    onRefused,
    onFailed,
  }: DeliveryLoopParts<Records>,
  { flushAt, flushInterval, holdFor = 300_000 }: DeliveryLoopOptions,
): OpenDeliveryLoop<Records> => {
  let failures = 0;
  let draining: Promise<void> | undefined;
  let timer: unknown;
  let wait = nothing;
  /** The last run found something to send. */
  let hadSome = false;

  const setWait = (kind: number, milliseconds?: number): void => {
    clock.clearTimeout(timer);
    wait = kind;
    if (milliseconds == null) return;
    timer = clock.setTimeout(() => {
      wait = nothing;
      void drain();
    }, milliseconds);
  };

  /** @param wish milliseconds that the collector asked for; NaN if it did not */
  const fail = (code: ErrorCode, detail: string, wish = NaN): false => {
    const pause = backoff(++failures) + (code === 'delivery_held' ? holdFor : 0);
    // No wait at all, as a clock that is ahead makes of a date, would be a request after the other.
    const kind = wish > 0 ? asked : backedOff;
    if (kind >= wait) setWait(kind, wish > 0 ? wish : pause);
    onFailed(code, detail);
    return false;
  };

  /** @returns false after an attempt that failed: a timer is set */
  const deliver = async (records: Records, isLast?: boolean): Promise<boolean> => {
    const dropped = queue.takeDropped();
    let reply: TransportReply;
    try {
      reply = await send(records, dropped, isLast);
    } catch (error) {
      queue.restoreDropped(dropped);
      return fail('delivery_failed', messageOf(error));
    }
    const { status } = reply;
    if (isDelivered(reply)) {
      failures = 0;
      await remove(records);
      onSent(records, reply);
      return true;
    }
    queue.restoreDropped(dropped);
    const middle = records.length >> 1;
    if (isHeld(status) || (isRefused(status) && !middle && !hasReason(reply))) {
      return fail('delivery_held', `HTTP ${status}`);
    }
    if (!isRefused(status)) {
      return fail('delivery_failed', `HTTP ${status}`, retryAfter(reply.retryAfter, clock.now()));
    }
    if (middle) return (await deliver(records.slice(0, middle))) && deliver(records.slice(middle));
    await remove(records);
    queue.countDropped('delivery_refused');
    onRefused(records, reply);
    return true;
  };

  const begin = (records: Records): MaybePromise<boolean> => {
    if (!records.length) return false;
    hadSome = true;
    return deliver(records);
  };

  const turn = (): Promise<boolean> =>
    lock(async () => {
      if (wait > company) return false;
      const records = await read(failures);
      if (!release) return begin(records);
      return Promise.resolve(begin(records)).finally(() => release(records));
    });

  const run = async (isFlush?: boolean): Promise<void> => {
    hadSome = false;
    try {
      if (takeTurns) await takeTurns(turn, failures > 0);
      else while ((await turn()) && isFlush);
    } catch (error) {
      // The storage failed, not the network. The events may still be there at the next attempt.
      fail('storage_failed', messageOf(error));
    }
    draining = undefined;
    // What came meanwhile waits for company as any other: a request for each few events costs more than the events.
    // What is counted and cannot be read is being stored: to ask for it without a pause would keep the storing from its end.
    wake(!hadSome);
  };

  const drain = async (isFlush?: boolean): Promise<void> => {
    if (wait === company) setWait(nothing);
    if (wait < stopped) await (draining ??= run(isFlush));
  };

  const wake = (mustWait?: boolean): void => {
    const count = queue.count();
    if (draining || wait > company || !count) return;
    if (count >= flushAt && !mustWait) void drain();
    else if (!wait) setWait(company, flushInterval);
  };

  return {
    wake: () => wake(),

    async flush() {
      if (wait === backedOff) setWait(nothing);
      // A drain under way may have read past the newest events already.
      while (draining) await draining;
      await drain(true);
    },

    async sendLast(records) {
      if (wait < stopped && records.length) {
        // The collector answers again: if the page lives on, what did not fit goes at once.
        if ((await deliver(records, true)) && wait === backedOff) setWait(nothing);
        wake();
      }
    },

    stop: () => setWait(stopped),
  };
};
