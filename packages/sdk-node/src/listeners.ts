import { NitkaError, type Clock, type DropCounts, type ErrorCode } from '@nitka/core';
import type { Verdict } from './verdicts.ts';

/** A batch that the collector has. */
export interface SentBatch {
  readonly events: number;
  readonly bytes: number;
  /** Events among them that the collector cannot use: it keeps them in its rejects. */
  readonly rejected: readonly Verdict[];
  /** Reads the ids out of the batch: costs time, so only when called. */
  messageIds(): string[];
}

export interface TrackerListeners {
  /** Something went wrong; whether the event is kept is said by the code (docs/errors.md). */
  error: (error: NitkaError) => void;
  sent: (batch: SentBatch) => void;
  /** Events that were not kept, or were removed unsent. */
  dropped: (code: ErrorCode, count: number) => void;
}

/** The same code is written to the console once in this many milliseconds. */
const quiet = 60_000;

/** Those who listen to a tracker. One that throws harms neither the tracker nor the others. */
export const createListeners = (clock: Pick<Clock, 'now'>, warn: (text: string) => void) => {
  const lists: { [Kind in keyof TrackerListeners]: Set<TrackerListeners[Kind]> } = {
    error: new Set(),
    sent: new Set(),
    dropped: new Set(),
  };
  const warned = new Map<ErrorCode, number>();
  const total: DropCounts = {};

  const complain = (error: unknown): void =>
    warn(`A listener of the tracker threw: ${error instanceof Error ? error.message : String(error)}`);

  const call = <Args extends readonly unknown[]>(
    list: Set<(...args: Args) => unknown>,
    ...args: Args
  ): void => {
    for (const listener of list) {
      try {
        const outcome = listener(...args);
        // An async function: left alone, what it throws would end the program.
        if (outcome instanceof Promise) outcome.catch(complain);
      } catch (error) {
        complain(error);
      }
    }
  };

  const error = (fault: NitkaError): void => {
    if (lists.error.size > 0) return call(lists.error, fault);
    const now = clock.now();
    if (Math.abs(now - (warned.get(fault.code) ?? -Infinity)) < quiet) return;
    warned.set(fault.code, now);
    warn(`${fault.code}: ${fault.message}`);
  };

  return {
    error,

    /** @returns stops listening */
    on<Kind extends keyof TrackerListeners>(kind: Kind, listener: TrackerListeners[Kind]): () => void {
      lists[kind].add(listener);
      return () => void lists[kind].delete(listener);
    },

    hasSent: () => lists.sent.size > 0,
    sent: (batch: SentBatch): void => call(lists.sent, batch),

    dropped(code: ErrorCode, count: number): void {
      total[code] = (total[code] ?? 0) + count;
      if (lists.dropped.size > 0) call(lists.dropped, code, count);
      // A failed storage says so itself, with the detail.
      else if (code !== 'storage_failed') error(new NitkaError(code));
    },

    /** Since the tracker was made, by code. */
    totalDropped: (): DropCounts => ({ ...total }),
  };
};

export type Listeners = ReturnType<typeof createListeners>;
