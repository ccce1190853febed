import { limits, NitkaError, type QueueLimit } from '@nitka/core';
import { countEvents, cutText, eventsOf, separator } from '../queue/batch-text.ts';
import type { EventStorage, StoredChunk } from '../queue/storage.ts';
import { readTotals, type Environment, type Totals } from './environment.ts';
import type { UnsavedEvent } from './spill.ts';

/** Bytes in front of the events: the time of the first call. */
const head = 8;

/** A record holds as much as one request takes. */
const chunkLimit: QueueLimit = { count: limits.batchEvents, bytes: 450 * 1024 };

const encode = (text: Uint8Array<ArrayBuffer>, queuedAt: number): Buffer<ArrayBuffer> => {
  const value = Buffer.allocUnsafe(head + text.length);
  value.writeDoubleLE(queuedAt, 0);
  value.set(text, head);
  return value;
};

const decode = (key: number, value: Buffer<ArrayBuffer>): StoredChunk => {
  const text = value.subarray(head);
  return { key, queuedAt: value.readDoubleLE(0), count: countEvents(text), text };
};

/** Events of other processes that may have come in behind those that a process left. */
const recent = 20_000;

/** Asked inside the transaction: another process may have been faster. */
export interface DiskLimit {
  readonly maxBytes: number;
}

export interface DiskStorage extends Omit<EventStorage, 'append' | 'read' | 'size'> {
  /** Stores events together; all of them or none. */
  insert(texts: readonly string[], queuedAt: number): Promise<void>;
  read(limit: QueueLimit, after?: number): readonly StoredChunk[];
  size(): { readonly count: number; readonly bytes: number };
  holds(key: number): boolean;
  /** Adds what a process left behind when it ended, unless `name` says that it is in already. */
  restore(lines: readonly UnsavedEvent[], name: string): Promise<void>;
  close(): Promise<void>;
}

/** The queue's events in LMDB, oldest first by a growing key. Knows nothing of clocks. */
export const createDiskStorage = (environment: Environment, limit: DiskLimit): DiskStorage => {
  const { events, meta } = environment;

  const put = (totals: Totals, text: Uint8Array<ArrayBuffer>, count: number, queuedAt: number): Totals => {
    const last = totals.last + 1;
    // Told that the key is the highest, LMDB fills its pages to the brim instead of halving them.
    const isAdded: unknown = events.putSync(last, encode(text, queuedAt), { append: true });
    if (isAdded === false)
      throw new NitkaError('storage_failed', 'the totals of the queue do not fit its events');
    return { count: totals.count + count, bytes: totals.bytes + text.length, last };
  };

  const putAll = (totals: Totals, texts: readonly string[], queuedAt: number): Totals => {
    if (texts.length === 0) return totals;
    const chunks = cutText(Buffer.from(texts.join(separator)), chunkLimit);
    return chunks.reduce((sum, { text, count }) => put(sum, text, count, queuedAt), totals);
  };

  /** Events that came in last, more than `atLeast` of them if there are so many. */
  const newest = (atLeast: number): Set<string> => {
    const found = new Set<string>();
    for (const { value } of events.getRange({ reverse: true })) {
      for (const json of eventsOf(value.subarray(head))) found.add(json);
      if (found.size > atLeast) break;
    }
    return found;
  };

  return {
    insert: (texts, queuedAt) =>
      environment.transaction(() => {
        const totals = putAll(readTotals(environment), texts, queuedAt);
        if (totals.bytes > limit.maxBytes) throw new NitkaError('queue_full');
        meta.putSync('totals', totals);
      }),

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
      const left = { ...wanted };
      for (const { key, value } of events.getRange({ start: after + 1, limit: wanted.count })) {
        const chunk = decode(key, value);
        left.count -= chunk.count;
        left.bytes -= chunk.text.length;
        if (found.length > 0 && (left.count < 0 || left.bytes < 0)) break;
        found.push(chunk);
      }
      return found;
    },

    remove: (chunks) =>
      environment.urgent(() => {
        let totals = readTotals(environment);
        for (const { key, count, text } of chunks) {
          // False when another process has removed it.
          if (!events.removeSync(key)) continue;
          totals = { ...totals, count: totals.count - count, bytes: totals.bytes - text.length };
        }
        meta.putSync('totals', totals);
      }),

    size: () => {
      const { count, bytes } = readTotals(environment);
      return { count, bytes };
    },

    holds: (key) => events.doesExist(key),

    close: () => environment.close(),
  };
};
