import type { Clock } from '@nitka/core';
import { asDestinationError } from '../destinations/destination.ts';
import type { Destination, DestinationError } from '../destinations/destination.ts';
import type { OneAtATime } from '../one-at-a-time.ts';
import { createPause } from '../pause.ts';
import { refusedBatch } from '../refused-batch.ts';
import { toRows } from '../row.ts';
import { createFortune } from '../trouble.ts';
import type { Trouble } from '../trouble.ts';
import { addBooks, countAccepted, countRows, withoutRepeats } from './books.ts';
import type { PartitionBooks } from './books.ts';
import { createChunkQueue } from './chunk-queue.ts';
import type { Cluster } from './cluster.ts';
import { openCursor } from './cursor.ts';
import type { CursorNote, LaneName, OpenCursor, Range, Repair } from './cursor.ts';
import { failureText } from './failure.ts';
import type { ForgetList } from './forget-list.ts';
import { cutRepair, settledRepair, splitRepair } from './repairs.ts';
import type { SeenIndex } from './seen-index.ts';
import type { TopicPlace } from './topics.ts';

/** One partition on its way to one destination. */
export interface Lane {
  /** Null while all is well. */
  trouble(): Trouble | null;
  /** Messages that wait, as of the last look. */
  waiting(): number;
  books(): PartitionBooks;
  /** Somebody else has changed the cursor: it is read again. */
  reopen(): void;
  /** Ends after the load in progress. */
  stop(): Promise<void>;
}

export interface LaneOptions {
  readonly name: LaneName;
  readonly cursors: TopicPlace;
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxDelayMs: number;
  readonly onRemoved: 'stop' | 'skip';
}

export interface LaneParts {
  readonly cluster: Cluster;
  readonly seen: SeenIndex;
  readonly forgotten: ForgetList;
  readonly destination: Destination;
  /** Loads of one destination take turns: it has one connection. */
  readonly inTurn: OneAtATime;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onTrouble: (error: DestinationError) => void;
}

/**
 * Milliseconds between looks for something new. The brokers could be asked to wait with their answer, but then all that goes over the same
 * connection would wait, too.
 */
const pollEvery = 200;

const failureOf = (error: unknown): DestinationError => asDestinationError(error, failureText);

/**
 * Loads a partition as the forwarder loads the spool: a range is fixed before it is sent, and its id follows from it. The cursor and the
 * ranges stand in a compacted topic, written by a transactional producer of the lane's name: a loader that was thought dead and comes back
 * can fix no range any more, and what it still sends has the id of a range that its successor sends, too.
 */
export const startLane = (options: LaneOptions, parts: LaneParts): Lane => {
  const { name, maxEvents, maxBytes, maxDelayMs } = options;
  const { cluster, seen, forgotten, destination, inTurn, clock, random } = parts;
  let cursor: OpenCursor | null = null;
  let stopping = false;
  let stale = false;
  const pause = createPause(clock);
  const fortune = createFortune(clock, random);
  const queue = createChunkQueue(cluster, name.topic, name.partition);

  /** As much as fits into one load; null if nothing came. */
  const gather = async (from: number): Promise<Range | null> => {
    let deadline = Infinity;
    for (;;) {
      const { entries, bytes, end } = queue.extent(from, { maxEvents, maxBytes });
      const now = clock.now();
      if (entries > 0 && deadline === Infinity) deadline = now + maxDelayMs;
      const full = entries >= maxEvents || bytes >= maxBytes || queue.end() > end;
      if (entries > 0 && (full || now >= deadline || stopping)) return [from, end];
      if (stopping) return null;
      if (await queue.fetch(from)) continue;
      await pause.wait(Math.min(pollEvery, Math.max(deadline - now, 1)));
      if (entries === 0) return null;
    }
  };

  const idOf = ([from, to]: Range): string => `${name.log}-${from}-${to}`;

  /** What the books say of a range that was settled. */
  const loadRange = async (range: Range, poison: string | null): Promise<PartitionBooks> => {
    const all = await queue.read(range);
    await seen.advance(all, queue.endOf(all, range[1]));
    const { chunks, repeats } = withoutRepeats(all, range, seen.isFirst);
    // Only now: who is forgotten from here on waits for this load, whose range stands in the cursor (forget.ts).
    await forgotten.refresh();
    const { events, rejects } = toRows(
      chunks.map(({ chunk }) => ({ chunk: forgotten.strip(chunk), first: 0 })),
      0,
      Infinity,
    );
    const whole = { id: idOf(range), events, rejects, loadedAt: clock.now() };
    const batch = poison === null ? whole : refusedBatch(whole, poison).batch;
    if (batch.events.length + batch.rejects.length > 0) await inTurn(() => destination.load(batch));
    return [
      countAccepted(all, range[0], range[1]),
      repeats,
      countRows(rejects, 'rejected'),
      countRows(events, poison === null ? 'loaded' : 'rejected'),
    ].reduce(addBooks, {});
  };

  const halve = async (note: CursorNote, [from, to]: Range, rest: readonly Range[]): Promise<CursorNote> => {
    const middle = queue.middle(await queue.read([from, to]), [from, to]);
    return { ...note, ranges: [[from, middle], [middle, to], ...rest] };
  };

  const loadFirst = async (note: CursorNote): Promise<CursorNote> => {
    const [range, ...rest] = note.ranges as [Range, ...Range[]];
    const settled = async (poison: string | null): Promise<CursorNote> => {
      const books = addBooks(note.books, await loadRange(range, poison));
      return { ...note, next: range[1], ranges: rest, books };
    };
    try {
      return await settled(null);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== 'poison') throw failure;
      const single = queue.middle(await queue.read(range), range) === range[1];
      return single ? settled(failure.message) : halve(note, range, rest);
    }
  };

  /** What the destination gets again; the books have it already. */
  const loadRepair = async (note: CursorNote): Promise<CursorNote> => {
    const [{ range, fixed }] = note.repairs as [Repair, ...Repair[]];
    if (!fixed) return cutRepair(cluster, name, note, { maxEvents, maxBytes });
    try {
      await loadRange(range, null);
      return settledRepair(note, null);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== 'poison') throw failure;
      const middle = queue.middle(await queue.read(range), range);
      if (middle !== range[1]) return splitRepair(note, middle);
      return settledRepair(note, await loadRange(range, failure.message));
    }
  };

  const step = async (): Promise<void> => {
    if (stale) {
      stale = false;
      cursor = null;
      queue.clear();
    }
    cursor ??= await openCursor(cluster, options);
    const { note } = cursor;
    if (note.ranges.length > 0) {
      const next = await loadFirst(note);
      await cursor.save(next);
      if (next.ranges.length === 0) queue.drop(next.next);
      return;
    }
    if (note.repairs?.[0]) {
      await cursor.save(await loadRepair(note));
      return;
    }
    const range = await gather(note.next);
    if (range) await cursor.save({ ...note, ranges: [range] });
  };

  const fail = async (error: unknown): Promise<void> => {
    const failure = failureOf(error);
    cursor = null;
    queue.clear();
    cluster.forget();
    parts.onTrouble(failure);
    await pause.wait(fortune.failed(failure));
  };

  const run = async (): Promise<void> => {
    while (!stopping) {
      try {
        await step();
        fortune.succeeded();
      } catch (error) {
        if (!stopping) await fail(error);
      }
    }
  };
  const running = run();

  return {
    trouble: () => fortune.trouble(),
    waiting: () => queue.behind(cursor?.note.next ?? null),
    books: () => cursor?.note.books ?? {},
    reopen() {
      stale = true;
      pause.end();
    },
    async stop() {
      stopping = true;
      pause.endAll();
      await running;
    },
  };
};
