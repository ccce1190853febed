import type { Clock } from '@nitka/core';
import { asDestinationError } from './destinations/destination.ts';
import type { Destination, DestinationError } from './destinations/destination.ts';
import { createRepairRanges, nextRepair } from './fixed-ranges.ts';
import type { FixedRanges } from './fixed-ranges.ts';
import { createArenas, packedBatch } from './packed-batch.ts';
import { createPause } from './pause.ts';
import { refusedBatch } from './refused-batch.ts';
import type { RejectRow } from './row.ts';
import { isAccepted } from './spool/chunk.ts';
import type { Range } from './spool/ranges.ts';
import type { RefusedEntry } from './spool/rejects.ts';
import type { Spool } from './spool/spool.ts';
import { createFortune } from './trouble.ts';
import type { Trouble } from './trouble.ts';
import { createTurnstile } from './turnstile.ts';

export interface ForwarderState {
  /** Null while all is well. */
  readonly trouble: Trouble | null;
  /** Entries that wait, rejects included. */
  readonly lag: number;
  /** Loads since the start. */
  readonly loads: number;
}

export interface Forwarder {
  start(): void;
  /** Tells that there is something new in the spool. */
  wake(): void;
  state(): ForwarderState;
  /** Resolves once nothing is being loaded; what it resolves with lets the loading go on. */
  hold(): Promise<() => void>;
  /** Ends after the load in progress. With `drainMilliseconds` it first tries to load all that waits, for so long. */
  stop(drainMilliseconds?: number): Promise<void>;
}

export interface ForwarderOptions {
  readonly name: string;
  /** Every destination's name: what all of them have is removed from the spool. */
  readonly allNames: readonly string[];
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** Milliseconds. */
  readonly maxDelayMs: number;
}

export interface ForwarderParts {
  readonly spool: Spool;
  readonly destination: Destination;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onTrouble?: (error: DestinationError) => void;
}

/** How long a forwarder without work rests at most: another process may have written to the spool. Milliseconds. */
const pollEvery = 1000;

/**
 * Carries entries from the spool to one destination, in order, each exactly once. The range of a batch is fixed in the spool before
 * it is sent, and its id follows from the range: after a crash the same rows go out under the same id, and the destination knows
 * whether it has them.
 */
export const createForwarder = (options: ForwarderOptions, parts: ForwarderParts): Forwarder => {
  const { name, allNames, maxEvents, maxBytes, maxDelayMs } = options;
  const { spool, destination, clock, random } = parts;
  const arenas = createArenas();
  const turnstile = createTurnstile();
  let cursor = spool.rangeNotes.complete(name, spool.cursor(name), spool.head());
  let stopping = false;
  let drainUntil = 0;
  let opened = false;
  let loads = 0;
  let loop: Promise<void> | null = null;
  /** What it waits for is something new. */
  let mayWake = false;
  const pause = createPause(clock);
  const fortune = createFortune(clock, random);

  const waitForNews = async (): Promise<void> => {
    mayWake = true;
    await pause.wait(pollEvery);
    mayWake = false;
  };

  const save = async (
    next: number,
    ranges: readonly Range[],
    books: () => void = () => undefined,
  ): Promise<void> => {
    const value = { next, ranges };
    await spool.transact(() => {
      spool.saveCursor(name, value);
      books();
      spool.release(allNames);
    });
    cursor = value;
    if (ranges.length > 0) spool.rangeNotes.write(name, ranges);
  };

  const ahead: FixedRanges = {
    done: ([, to], books) => {
      const rest = cursor.ranges.slice(1);
      // With a full batch waiting, one transaction settles the one and fixes the next.
      const goesOn =
        rest.length === 0 && spool.head() - to >= maxEvents && spool.repairs.list(name).length === 0;
      const next = goesOn ? rangeFrom(to) : null;
      return save(to, next ? [next] : rest, books);
    },
    split: (parts) => save(cursor.next, [...parts, ...cursor.ranges.slice(1)]),
  };

  const behind = createRepairRanges(spool, name, allNames);

  /** As much from there on as fits into one batch; null if there is nothing. */
  const rangeFrom = (from: number): Range | null => {
    if (from >= spool.head()) return null;
    let bytes = 0;
    let entries = 0;
    const to = spool.extent(from, (size, count) => {
      if (entries > 0 && (bytes + size > maxBytes || entries + count > maxEvents)) return false;
      bytes += size;
      entries += count;
      return true;
    });
    return to > from ? [from, to] : null;
  };

  const loadRange = async (
    range: Range,
    poison: string | null,
  ): Promise<{ counts: Map<string, number>; rejected: readonly RejectRow[] }> => {
    const batch = packedBatch(`${spool.id}-${range[0]}-${range[1]}`, clock.now(), { spool, arenas }, range);
    if (poison !== null) {
      const refused = refusedBatch(batch, poison);
      await destination.load(refused.batch);
      return { counts: new Map(), rejected: refused.rejected };
    }
    await destination.load(batch);
    return { counts: spool.count(...range), rejected: [] };
  };

  /** The entry of a range of one: a reject has all that is needed to send it again. */
  const refusedEntry = ([from, to]: Range): RefusedEntry | undefined => {
    for (const { first, chunk } of spool.read(from, to)) {
      const found = chunk.entries[from - first];
      if (found && isAccepted(found)) return { sequence: from, meta: chunk.meta, columns: found.columns };
    }
    return undefined;
  };

  const settle = async (range: Range, poison: string | null, fixed: FixedRanges): Promise<void> => {
    const { counts, rejected } = await loadRange(range, poison);
    const entry = rejected.length > 0 ? refusedEntry(range) : undefined;
    await fixed.done(range, () => {
      for (const [source, count] of counts) spool.ledger.editLoaded(source, name).loaded += count;
      for (const { message_id, received_at, ...row } of rejected) {
        spool.ledger.editLoaded(row.source, name).rejected += 1;
        const reject = { ...row, messageId: message_id, receivedAt: received_at, destination: name };
        spool.rejects.add({ ...reject, ...(entry && { entry }) });
      }
    });
    loads += 1;
  };

  const loadOne = async (range: Range, fixed: FixedRanges): Promise<void> => {
    try {
      await settle(range, null, fixed);
    } catch (error) {
      const failure = asDestinationError(error);
      if (failure.kind !== 'poison') throw failure;
      const [from, to] = range;
      const middle = Math.floor((from + to) / 2);
      if (to - from > 1)
        await fixed.split([
          [from, middle],
          [middle, to],
        ]);
      else await settle(range, failure.message, fixed);
    }
  };

  const step = async (): Promise<void> => {
    if (!opened) {
      await destination.open();
      opened = true;
    }
    const pending = cursor.ranges[0];
    if (pending) {
      await loadOne(pending, ahead);
      return;
    }
    const repair = await nextRepair(spool, name, (from) => rangeFrom(from)?.[1] ?? null);
    if (repair) return loadOne(repair, behind);
    const range = rangeFrom(cursor.next);
    if (range) await save(cursor.next, [range]);
    else await waitForNews();
  };

  const fail = async (error: unknown): Promise<void> => {
    const failure = asDestinationError(error);
    parts.onTrouble?.(failure);
    await pause.wait(fortune.failed(failure));
  };

  const idle = (): boolean =>
    cursor.ranges.length === 0 && cursor.next >= spool.head() && spool.repairs.list(name).length === 0;
  const mayEnd = (): boolean =>
    stopping && (idle() || clock.now() >= drainUntil || fortune.trouble() !== null);

  const run = async (): Promise<void> => {
    while (!mayEnd()) {
      await turnstile.pass();
      try {
        const gathered = spool.head() - cursor.next;
        if (!stopping && opened && cursor.ranges.length === 0 && gathered > 0 && gathered < maxEvents)
          await pause.wait(maxDelayMs);
        await step();
        fortune.succeeded();
      } catch (error) {
        await fail(error);
      }
    }
    turnstile.end();
  };

  return {
    start() {
      loop ??= run();
    },
    wake() {
      if (mayWake) pause.end();
    },
    hold() {
      const held = turnstile.hold();
      pause.end();
      return held;
    },
    state: () => ({ trouble: fortune.trouble(), lag: spool.head() - cursor.next, loads }),
    async stop(drainMilliseconds = 0) {
      stopping = true;
      drainUntil = clock.now() + drainMilliseconds;
      pause.endAll();
      await loop;
      if (opened) await destination.close();
    },
  };
};
