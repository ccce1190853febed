import { limits, NitkaError, type QueueLimit } from '@nitka/core';
import { cutText, eventsOf, separator } from '../queue/batch-text.ts';
import type { EventStorage, StoredChunk } from '../queue/storage.ts';
import { readTotals, type Environment, type Totals } from './environment.ts';
import { decodeRecord, encodeRecord } from './record.ts';
import type { UnsavedEvent } from './spill.ts';

/** A record holds as much as one request takes. */
const chunkLimit: QueueLimit = { count: limits.batchEvents, bytes: 450 * 1024 };

/** Bytes that a record may take beside its text. */
const recordOverhead = 8192;

/** Events of other processes that may have come in behind those that a process left. */
const recent = 20_000;

/** What has arrived and stands on the disk yet, at most: a long drain removes in portions. */
const mostArrived = { chunks: 64, bytes: 4 * 1024 * 1024 };

export interface DiskStorageOptions {
  /** Asked inside the transaction: another process may have been faster. */
  readonly maxBytes: number;
  /** Told of a record that cannot be read; it is taken out of the queue. */
  readonly onDamaged: (key: number, value: Buffer<ArrayBuffer>) => void;
}

export interface DiskStorage extends Omit<EventStorage, 'append' | 'read' | 'remove' | 'size' | 'settle'> {
  /** Stores events together; all of them or none. Removes with the same flush what has arrived. */
  insert(texts: readonly string[], queuedAt: number): Promise<void>;
  read(limit: QueueLimit, after?: number): readonly StoredChunk[];
  /** Gone for this process at once; on the disk with the next {@link insert} or {@link settle}, of which many resolve it. */
  remove(chunks: readonly Pick<StoredChunk, 'key' | 'count' | 'text'>[]): Promise<void>;
  hasArrived(): boolean;
  /** Removes on the disk what has arrived. */
  settle(): Promise<void>;
  size(): { readonly count: number; readonly bytes: number };
  holds(key: number): boolean;
  /** Adds what a process left behind when it ended, unless `name` says that it is in already. */
  restore(lines: readonly UnsavedEvent[], name: string): Promise<void>;
  close(): Promise<void>;
}

/** The queue's events in LMDB, oldest first by a growing key. Knows nothing of clocks. */
export const createDiskStorage = (
  environment: Environment,
  { maxBytes, onDamaged }: DiskStorageOptions,
): DiskStorage => {
  const { events, meta, checkedFrom } = environment;
  /** Key → events and bytes of what has arrived and still stands on the disk. */
  const arrived = new Map<number, { readonly count: number; readonly bytes: number }>();

  /** LMDB ends the process when it is read while it closes: https://github.com/kriszyp/lmdb-js/blob/v3.5.6/read.js (resetReadTxn) */
  let isClosed = false;

  const put = (totals: Totals, text: Uint8Array<ArrayBuffer>, count: number, queuedAt: number): Totals => {
    const last = totals.last + 1;
    environment.takeRoom(text.length + recordOverhead, totals.bytes);
    // Told that the key is the highest, LMDB fills its pages to the brim instead of halving them.
    const isAdded: unknown = events.putSync(last, encodeRecord(text, queuedAt), { append: true });
    if (isAdded === false)
      throw new NitkaError('storage_failed', 'the totals of the queue do not fit its events');
    return { count: totals.count + count, bytes: totals.bytes + text.length, last };
  };

  const putAll = (totals: Totals, texts: readonly string[], queuedAt: number): Totals => {
    if (texts.length === 0) return totals;
    const chunks = cutText(Buffer.from(texts.join(separator)), chunkLimit);
    return chunks.reduce((sum, { text, count }) => put(sum, text, count, queuedAt), totals);
  };

  const removeArrived = (before: Totals): Totals => {
    if (arrived.size === 0) return before;
    let totals = before;
    for (const [key, { count, bytes }] of arrived) {
      // False when another process has removed it.
      if (!events.removeSync(key)) continue;
      totals = {
        ...totals,
        count: Math.max(0, totals.count - count),
        bytes: Math.max(0, totals.bytes - bytes),
      };
    }
    // How many events a damaged record held is not known: an empty queue is where the count is right again.
    const isEmpty = events.getKeysCount({ limit: 1 }) === 0;
    return isEmpty ? { count: 0, bytes: 0, last: totals.last } : totals;
  };

  /** A transaction that removes what has arrived, and does `more`. */
  const change = async (more: (totals: Totals) => Totals): Promise<void> => {
    let removed: number[] = [];
    await environment.transaction(() => {
      removed = [...arrived.keys()];
      meta.putSync('totals', more(removeArrived(readTotals(environment))));
    });
    for (const key of removed) arrived.delete(key);
  };

  /** Events that came in last, more than `atLeast` of them if there are so many. */
  const newest = (atLeast: number): Set<string> => {
    const found = new Set<string>();
    for (const { key, value } of events.getRange({ reverse: true })) {
      const chunk = decodeRecord(key, value, key >= checkedFrom);
      if (chunk) for (const json of eventsOf(chunk.text)) found.add(json);
      if (found.size > atLeast) break;
    }
    return found;
  };

  const settle = async (): Promise<void> => {
    if (!isClosed && arrived.size > 0) await change((totals) => totals);
  };

  const insert = (texts: readonly string[], queuedAt: number): Promise<void> =>
    change((before) => {
      const totals = putAll(before, texts, queuedAt);
      if (totals.bytes > maxBytes) throw new NitkaError('queue_full');
      return totals;
    });

  return {
    insert,
    settle,
    hasArrived: () => arrived.size > 0,

    restore: (lines, name) =>
      environment.transaction(() => {
        if (meta.get(name) !== undefined) return;
        meta.putSync(name, true);
        // Its transaction may have reached the disk after all, just before the process ended.
        const known = newest(lines.length + recent);
        const missing = lines.filter(({ json }) => !known.has(json));
        const texts = missing.map(({ json }) => json);
        meta.putSync('totals', putAll(readTotals(environment), texts, missing[0]?.queuedAt ?? 0));
      }),

    read(wanted, after = 0) {
      const found: StoredChunk[] = [];
      if (isClosed) return found;
      const left = { ...wanted };
      for (const { key, value } of events.getRange({ start: after + 1 })) {
        if (arrived.has(key)) continue;
        const chunk = decodeRecord(key, value, key >= checkedFrom);
        if (!chunk) {
          onDamaged(key, value);
          arrived.set(key, { count: 1, bytes: value.length });
          continue;
        }
        left.count -= chunk.count;
        left.bytes -= chunk.text.length;
        if (found.length > 0 && (left.count < 0 || left.bytes < 0)) break;
        found.push(chunk);
      }
      return found;
    },

    async remove(chunks) {
      if (isClosed) throw new NitkaError('tracker_closed');
      for (const { key, count, text } of chunks) {
        if (events.doesExist(key)) arrived.set(key, { count, bytes: text.length });
      }
      const bytes = [...arrived.values()].reduce((sum, each) => sum + each.bytes, 0);
      if (arrived.size >= mostArrived.chunks || bytes >= mostArrived.bytes) await settle();
    },

    size() {
      if (isClosed) return { count: 0, bytes: 0 };
      let { count, bytes } = readTotals(environment);
      for (const [key, each] of arrived) {
        // A commit that has removed it may not have been told here yet.
        if (!events.doesExist(key)) continue;
        count -= each.count;
        bytes -= each.bytes;
      }
      return { count: Math.max(0, count), bytes: Math.max(0, bytes) };
    },

    holds: (key) => isClosed || (!arrived.has(key) && events.doesExist(key)),

    close() {
      isClosed = true;
      return environment.close();
    },
  };
};
