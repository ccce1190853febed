import type { Clock, DropCounts, ErrorCode, MaybePromise, QueueLimit } from '@nitka/core';
import { batchesOf, emptyBatch, restOf, type Batch, type HeldChunk } from './batch.ts';
import { splitByVisitor } from './lanes.ts';
import type { EventStorage, StoredChunk } from './storage.ts';

export interface EventQueueOptions {
  /** Events that may wait; one more is refused. */
  readonly maxCount: number;
  /** Bytes of JSON that may wait. */
  readonly maxBytes: number;
  /** Milliseconds an event may wait; 0 for ever. */
  readonly maxAge: number;
  /** So many batches share the events of one, each visitor's in one of them; 1: batches are not parted. */
  readonly lanes: number;
}

export interface EventQueueParts {
  readonly storage: EventStorage;
  readonly clock: Pick<Clock, 'now'>;
  readonly onDropped: (code: ErrorCode, count: number) => void;
  /** Told of events that waited too long: they are removed, and counted as dropped. */
  readonly onExpired?: (batch: Batch) => void;
}

/** What `add` gives: true: kept and as safe as it will be; false: refused; a promise: kept once it resolves. */
export type Added = boolean | Promise<void>;

/** What waits for delivery: bounded, handed out in batches, several of which may be under way. */
export interface EventQueue {
  /** Throws when the storage does. */
  add(json: string, now: number): Added;
  /** The oldest batch that nobody has, or an empty one. Give it back with {@link release}. */
  read(limit: QueueLimit): Promise<Batch>;
  /** These have arrived, or are refused. Slices of a batch come in their order. */
  remove(batch: Batch): Promise<void>;
  /** What was not removed of the batch waits again, in its place. */
  release(batch: Batch): void;
  countDropped(code: ErrorCode, count?: number): void;
  takeDropped(): DropCounts | undefined;
  restoreDropped(counts: DropCounts | undefined): void;
  count(): number;
  bytes(): number;
  /** True when events wait that are in no batch under way: so many, or any. */
  hasWaiting(atLeast?: QueueLimit): boolean;
  refresh(): MaybePromise<void>;
}

export const createEventQueue = (
  { storage, clock, onDropped, onExpired }: EventQueueParts,
  { maxCount, maxBytes, maxAge, lanes }: EventQueueOptions,
): EventQueue => {
  let count = 0;
  let bytes = 0;
  let dropped: DropCounts = {};
  /** Events of chunks that still stand in the storage although these have arrived. */
  let arrived = 0;
  /** Cut and not under way, in their order. */
  let ready: Batch[] = [];
  /** Cut and not yet parted by visitors. */
  let whole: Batch[] = [];
  let underWay = { batches: 0, events: 0, bytes: 0 };
  let lastOrder = 0;
  let lastKey: number | undefined;
  let reading: Promise<unknown> = Promise.resolve();

  const nextOrder = (): number => ++lastOrder;

  const putUnderWay = (batch: Batch, sign: 1 | -1): void => {
    underWay = {
      batches: underWay.batches + sign,
      events: underWay.events + sign * batch.length,
      bytes: underWay.bytes + sign * batch.text.length,
    };
  };

  const countDropped = (code: ErrorCode, lost = 1): void => {
    dropped[code] = (dropped[code] ?? 0) + lost;
    onDropped(code, lost);
  };

  /** @param sign -1 takes the events of the batch off their chunks, 1 puts them back */
  const settle = (batch: Batch, sign: 1 | -1): HeldChunk[] => {
    for (const { chunk, count: events } of batch.pieces) chunk.left += sign * events;
    arrived -= sign * batch.length;
    batch.progress.gone -= sign * batch.length;
    return [...new Set(batch.pieces.map(({ chunk }) => chunk))].filter(({ left }) => left === 0);
  };

  const remove = async (batch: Batch): Promise<void> => {
    const finished: StoredChunk[] = settle(batch, -1).map(({ stored }) => stored);
    try {
      if (finished.length > 0) await storage.remove(finished);
    } catch (error) {
      settle(batch, 1);
      throw error;
    }
    for (const chunk of finished) arrived -= chunk.count;
    count = Math.max(0, count - batch.length);
    bytes = Math.max(0, bytes - batch.text.length);
  };

  const cut = async (limit: QueueLimit): Promise<Batch[]> => {
    const chunks = await storage.read(limit, lastKey);
    lastKey = chunks.at(-1)?.key ?? lastKey;
    return batchesOf(chunks, limit, nextOrder);
  };

  const readAhead = async (limit: QueueLimit): Promise<void> => {
    if (lanes === 1) {
      ready = await cut(limit);
      return;
    }
    // A parted batch arrives as a whole before the next is begun: so a visitor is in one request at a time.
    if (underWay.batches > 0) return;
    if (whole.length === 0) whole = await cut(limit);
    const next = whole.shift();
    if (next) ready = splitByVisitor(next, lanes, nextOrder);
  };

  /** The oldest come first, so the expired ones stand at the front. */
  const withoutExpired = async (batch: Batch): Promise<Batch> => {
    if (maxAge === 0) return batch;
    const oldest = clock.now() - maxAge;
    let expired = 0;
    for (const { chunk, count: events } of batch.pieces) {
      if (chunk.stored.queuedAt >= oldest) break;
      expired += events;
    }
    if (expired === 0) return batch;
    const gone = batch.slice(0, expired);
    await remove(gone);
    countDropped('event_expired', expired);
    onExpired?.(gone);
    return restOf(batch);
  };

  const take = async (limit: QueueLimit): Promise<Batch> => {
    for (;;) {
      if (ready.length === 0) await readAhead(limit);
      const next = ready.shift();
      if (!next) return emptyBatch;
      const batch = await withoutExpired(next);
      if (batch.length === 0) continue;
      putUnderWay(batch, 1);
      return batch;
    }
  };

  /** What another process has sent meanwhile need not be sent again. */
  const forgetGone = (): void => {
    if (!storage.holds || underWay.batches > 0) return;
    const isHeld = ({ pieces }: Batch): boolean =>
      pieces.some(({ chunk }) => storage.holds!(chunk.stored.key));
    ready = ready.filter(isHeld);
    whole = whole.filter(isHeld);
  };

  return {
    countDropped,
    remove,

    add(json, now) {
      // Characters stand in for bytes until the storage says what they came to: counting them here would double the work.
      const size = json.length;
      if (count >= maxCount || bytes + size > maxBytes) {
        countDropped('queue_full');
        return false;
      }
      const stored = storage.append(json, now);
      count++;
      bytes += size;
      return stored ?? true;
    },

    read(limit) {
      // One reader at a time: two that read together would take the same events.
      const taken = reading.then(() => take(limit));
      reading = taken.catch(() => undefined);
      return taken;
    },

    release(batch) {
      if (batch.length === 0) return;
      putUnderWay(batch, -1);
      if (batch.progress.gone >= batch.length) return;
      const rest = batch.progress.gone === 0 ? batch : restOf(batch);
      const behind = ready.findIndex(({ order }) => order > rest.order);
      ready.splice(behind < 0 ? ready.length : behind, 0, rest);
    },

    takeDropped() {
      const counts = dropped;
      dropped = {};
      return Object.keys(counts).length > 0 ? counts : undefined;
    },

    restoreDropped(counts) {
      // Not for…in: a host may have added properties to every object.
      for (const [code, lost] of Object.entries(counts ?? {})) dropped[code] = (dropped[code] ?? 0) + lost;
    },

    count: () => count,
    bytes: () => bytes,

    hasWaiting: (atLeast) =>
      count - underWay.events >= (atLeast?.count ?? 1) ||
      (atLeast !== undefined && bytes - underWay.bytes >= atLeast.bytes),

    refresh() {
      const update = (): void => {
        const size = storage.size();
        count = Math.max(0, size.count - arrived);
        bytes = count === 0 ? 0 : size.bytes;
        forgetGone();
      };
      // Also where it cannot be opened: what was to be stored is not there.
      return storage.open ? storage.open().finally(update) : update();
    },
  };
};
