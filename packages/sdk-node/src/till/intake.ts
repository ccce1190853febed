import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { EventType, NitkaError } from '@nitka/core';
import type { AnyCall, Call } from '../calls.ts';
import type { Tracker } from '../tracker.ts';
import { badLine, type BadLine } from './bad-lines.ts';
import { parseLine } from './line.ts';

/** Calls whose storing is waited for together: a group of one flush to the disk, and a bound of memory. */
const window = 1000;

export interface Intake {
  readonly stored: number;
  readonly bad: readonly BadLine[];
  /** What ended the reading early: the queue could not store an event. */
  readonly failure: NitkaError | undefined;
}

export interface IntakeOptions {
  /** Name of the source in bad lines. */
  readonly name: string;
  /** Makes ids out of the place of a line, for sources that are read again after a crash. */
  readonly isRepeatable: boolean;
  readonly onStored?: (stored: number) => void;
}

const make = (tracker: Tracker, type: EventType, call: AnyCall): Call => {
  const known = tracker as unknown as Record<EventType, (call: AnyCall) => Call>;
  return known[type](call);
};

/** What says that the event is wrong; anything else says that the queue is. */
const isQueueFault = (error: NitkaError): boolean =>
  error.code === 'queue_full' || error.code === 'storage_failed' || error.code === 'tracker_closed';

/** Stores the lines of a source. Resolves once all that it took are safe. */
export const takeIn = async (tracker: Tracker, source: Readable, options: IntakeOptions): Promise<Intake> => {
  const { name, isRepeatable, onStored } = options;
  const bad: BadLine[] = [];
  let stored = 0;
  let number = 0;
  let failure: NitkaError | undefined;
  let waiting: Promise<void>[] = [];

  const settle = async (): Promise<void> => {
    for (const outcome of await Promise.allSettled(waiting)) {
      if (outcome.status === 'fulfilled') stored++;
      else failure ??= outcome.reason as NitkaError;
    }
    waiting = [];
    onStored?.(stored);
  };

  const take = (line: string): void => {
    try {
      const { type, call } = parseLine(line, isRepeatable ? ['line', name, number, line] : undefined);
      const made = make(tracker, type, call);
      if (made.error && !isQueueFault(made.error)) throw made.error;
      waiting.push(made.stored());
    } catch (error) {
      bad.push(badLine(error as NitkaError, `${name}:${number}`, line));
    }
  };

  // A byte order mark is what some programs begin their files with.
  for await (const raw of createInterface({ input: source, crlfDelay: Infinity })) {
    number++;
    const line = number === 1 ? raw.replace(/^\ufeff/, '') : raw;
    if (line.trim() === '') continue;
    take(line);
    if (waiting.length >= window) await settle();
    if (failure) break;
  }
  await settle();
  return { stored, bad, failure };
};
