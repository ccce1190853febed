import { NitkaError, type QueueRecord, type QueueStorage } from '@nitka/core';
import { readTotals, type Environment, type Totals } from './environment.ts';
import { createGroupCommit } from './group-commit.ts';
import type { UnsavedEvent } from './spill.ts';

/** Bytes in front of the JSON: the time of the call. */
const head = 8;

const encode = (json: string, bytes: number, queuedAt: number): Buffer => {
  const value = Buffer.allocUnsafe(head + bytes);
  value.writeDoubleLE(queuedAt, 0);
  value.write(json, head, 'utf8');
  return value;
};

const decode = (key: number, value: Buffer): QueueRecord => ({
  key,
  json: value.toString('utf8', head),
  bytes: value.length - head,
  queuedAt: value.readDoubleLE(0),
});

/** Events of other processes that may have come in behind those that a process left. */
const recent = 20_000;

/** What has room for one event more and is asked again inside the transaction: another process may have been faster. */
export interface DiskLimit {
  readonly maxBytes: number;
}

export interface DiskStorage extends QueueStorage {
  append(json: string, bytes: number, queuedAt: number): Promise<void>;
  /** Adds what a process left behind when it ended, unless `isDone` says it is in already. */
  restore(lines: readonly UnsavedEvent[], name: string): Promise<void>;
  close(): Promise<void>;
}

/** The queue's events in LMDB, oldest first by a growing key. Knows nothing of clocks. */
export const createDiskStorage = (environment: Environment, limit: DiskLimit): DiskStorage => {
  const { events, meta } = environment;
  /** Of the transaction that runs, so that a group of a thousand reads and writes them once. */
  let totals: Totals | undefined;

  const withTotals = (task: () => void) => (): void => {
    totals = readTotals(environment);
    try {
      task();
      meta.putSync('totals', totals);
    } finally {
      totals = undefined;
    }
  };

  const group = createGroupCommit((task) => environment.transaction(withTotals(task)));

  const insert = (value: Buffer): void => {
    const { count, bytes, last } = totals!;
    // Told that the key is the highest, LMDB fills its pages to the brim instead of halving them.
    const isAdded: unknown = events.putSync(last + 1, value, { append: true });
    if (isAdded === false)
      throw new NitkaError('storage_failed', 'the totals of the queue do not fit its events');
    totals = { count: count + 1, bytes: bytes + value.length - head, last: last + 1 };
  };

  return {
    async append(json, bytes, queuedAt) {
      const value = encode(json, bytes, queuedAt);
      let isFull = false;
      await group.add(() => {
        isFull = totals!.bytes + bytes > limit.maxBytes;
        if (!isFull) insert(value);
      });
      if (isFull) throw new NitkaError('queue_full');
    },

    restore: (lines, name) =>
      group.add(() => {
        if (meta.get(name) !== undefined) return;
        meta.putSync(name, true);
        // Its transaction may have reached the disk after all, just before the process ended.
        const known = new Set<string>();
        for (const { value } of events.getRange({ reverse: true, limit: lines.length + recent })) {
          known.add(value.toString('utf8', head));
        }
        for (const { json, queuedAt } of lines) {
          if (!known.has(json)) insert(encode(json, Buffer.byteLength(json), queuedAt));
        }
      }),

    read(wanted, after) {
      const found: QueueRecord[] = [];
      let left = wanted.bytes;
      const start = after === undefined ? 0 : Number(after) + 1;
      for (const { key, value } of events.getRange({ start, limit: wanted.count })) {
        left -= value.length - head;
        if (left < 0 && found.length > 0) break;
        found.push(decode(key, value));
      }
      return found;
    },

    remove: (records) =>
      environment.urgent(
        withTotals(() => {
          for (const { key, bytes } of records) {
            // False when another process has removed it.
            if (!events.removeSync(Number(key))) continue;
            const { count, bytes: all, last } = totals!;
            totals = { count: count - 1, bytes: all - bytes, last };
          }
        }),
      ),

    size: () => {
      const { count, bytes } = readTotals(environment);
      return { count, bytes };
    },

    async close() {
      await group.idle();
      await environment.close();
    },
  };
};
