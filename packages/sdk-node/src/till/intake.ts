import { addAbortSignal, type Readable } from 'node:stream';
import { NitkaError, type EventType } from '@nitka/core';
import type { AnyCall, Call } from '../calls.ts';
import { storageError } from '../disk/storage-error.ts';
import type { Tracker } from '../tracker.ts';
import { badLine, type BadLines } from './bad-lines.ts';
import { parseLine } from './line.ts';
import { linesOf, type Line } from './lines.ts';

/** Lines that are waited for together: a group of one flush to the disk, and a bound of memory. */
const window = 1000;

export interface Intake {
  readonly stored: number;
  /** Lines from the first on that are safe, stored or kept as bad ones. */
  readonly taken: number;
  /** False when it was broken off: by the signal, or by a failure. */
  readonly isWhole: boolean;
  /** What ended the reading early: the queue or the disk could not store a line. */
  readonly failure: NitkaError | undefined;
}

export interface IntakeOptions {
  /** Name of the source in bad lines. */
  readonly name: string;
  /** Makes ids out of the place of a line, for sources that are read again after a crash. */
  readonly isRepeatable: boolean;
  readonly bad: BadLines;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** Lines that were taken before. @default 0 */
  readonly skip?: number;
}

const make = (tracker: Tracker, type: EventType, call: AnyCall): Call => {
  const known = tracker as unknown as Record<EventType, (call: AnyCall) => Call>;
  return known[type](call);
};

/** What says that the queue is wrong; anything else says that the event is. */
const isQueueFault = (error: NitkaError): boolean =>
  error.code === 'queue_full' || error.code === 'storage_failed' || error.code === 'tracker_closed';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Stores the lines of a source. Resolves once all that it took are safe.
 *
 * @throws what reading the source throws
 */
export const takeIn = async (tracker: Tracker, source: Readable, options: IntakeOptions): Promise<Intake> => {
  const { name, isRepeatable, bad, signal, skip = 0 } = options;
  // The source may be silent for hours when the queue says that it is full.
  const failing = new AbortController();
  const stopped = AbortSignal.any([signal, failing.signal]);
  let stored = 0;
  let taken = skip;
  let last = skip;
  let failure: { readonly error: NitkaError; readonly line: number } | undefined;
  let storing: Promise<void>[] = [];

  const fail = (error: NitkaError, line: number): void => {
    if (!failure || line < failure.line) failure = { error, line };
    failing.abort();
  };

  const settle = async (): Promise<void> => {
    await Promise.all(storing);
    storing = [];
    await bad.kept().catch((error: unknown) => fail(storageError(error), taken + 1));
    taken = failure ? failure.line - 1 : last;
  };

  const store = (text: string, number: number): void => {
    const { type, call } = parseLine(text, isRepeatable ? ['line', name, number, text] : undefined);
    const made = make(tracker, type, call);
    if (made.error && !isQueueFault(made.error)) throw made.error;
    // Told at once: a promise that nobody looks at until the next line comes would end the program.
    storing.push(
      made.stored().then(
        () => void stored++,
        (error: NitkaError) => fail(error, number),
      ),
    );
  };

  const take = ({ number, bytes }: Line): void => {
    const place = `${name}:${number}`;
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      const error = new NitkaError('malformed_json', 'not UTF-8: let the program write UTF-8');
      bad.add(badLine(error, place, bytes.toString(), bytes));
      return;
    }
    if (text.trim() === '') return;
    try {
      store(text, number);
    } catch (error) {
      bad.add(badLine(error as NitkaError, place, text));
    }
  };

  let isWhole = false;
  try {
    for await (const line of linesOf(addAbortSignal(stopped, source) as AsyncIterable<Buffer>)) {
      if (line.number <= skip) continue;
      take(line);
      last = line.number;
      if (last - taken >= window) await settle();
      if (stopped.aborted) break;
    }
    isWhole = !stopped.aborted;
  } catch (error) {
    if (!stopped.aborted) throw error;
  } finally {
    await settle();
  }
  return { stored, taken, isWhole: isWhole && !failure, failure: failure?.error };
};
