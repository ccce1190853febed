import { utf8Length, type DropCounts } from './batch.ts';
import type { ErrorCode } from './errors.ts';
import type { Clock, MaybePromise, QueueKey, QueueLimit, QueueRecord, QueueStorage } from './ports.ts';

export interface QueueOptions {
  /** Events that may wait; one more is refused. */
  readonly maxCount: number;
  /** Bytes of JSON that may wait. */
  readonly maxBytes: number;
  /** Milliseconds an event may wait; 0 for ever. */
  readonly maxAge: number;
}

export interface QueueParts {
  readonly storage: QueueStorage;
  readonly clock: Pick<Clock, 'now'>;
  /** Bytes of a text in UTF-8. @default utf8Length */
  readonly byteLength?: (text: string) => number;
  /** Told of each event that is not kept. */
  readonly onDropped?: (code: ErrorCode, count: number) => void;
}

/** What waits for delivery, bounded. Never forgets how much it had to refuse. */
export interface Queue {
  /** False when the event was not kept: the queue is full. Rejects or throws when the storage fails. */
  add(json: string): MaybePromise<boolean>;
  read(limit: QueueLimit, after?: QueueKey): Promise<readonly QueueRecord[]>;
  remove(records: readonly QueueRecord[]): Promise<void>;
  /** Counts an event as dropped that was never added, or is removed for a reason of its own. */
  countDropped(code: ErrorCode, count?: number): void;
  /** Hands over what was dropped, for the next batch; {@link restoreDropped} if that does not arrive. */
  takeDropped(): DropCounts | undefined;
  restoreDropped(counts: DropCounts | undefined): void;
  /** Events that wait, as far as known: other tabs and processes are seen at the next `refresh`. */
  count(): number;
  bytes(): number;
  /** Asks the storage what it holds. */
  refresh(): MaybePromise<void>;
}

export const createQueue = (parts: QueueParts, options: QueueOptions): Queue => {
  const { storage, clock, byteLength = utf8Length, onDropped } = parts;
  /** What the storage holds, as far as known. */
  let count = 0;
  let bytes = 0;
  /** What an asynchronous storage has been given and has not confirmed. */
  const adding = { count: 0, bytes: 0 };
  let dropped: Record<string, number> = {};

  const countDropped = (code: ErrorCode, lost = 1): void => {
    dropped[code] = (dropped[code] ?? 0) + lost;
    onDropped?.(code, lost);
  };

  const remove = async (records: readonly QueueRecord[]): Promise<void> => {
    await storage.remove(records);
    count = Math.max(0, count - records.length);
    bytes = Math.max(0, bytes - records.reduce((sum, record) => sum + record.bytes, 0));
  };

  const isExpired = (record: QueueRecord): boolean =>
    options.maxAge > 0 && clock.now() - record.queuedAt > options.maxAge;

  return {
    countDropped,
    remove,

    add(json) {
      const size = byteLength(json);
      if (count + adding.count >= options.maxCount || bytes + adding.bytes + size > options.maxBytes) {
        countDropped('queue_full');
        return false;
      }
      const stored = (): true => {
        count++;
        bytes += size;
        return true;
      };
      const appended = storage.append(json, size, clock.now());
      if (!(appended instanceof Promise)) return stored();
      // Counted before the storage has it, so that calls in one turn cannot pass the bounds together; and apart, so that
      // a refresh in between does not forget it.
      adding.count++;
      adding.bytes += size;
      return appended.then(stored).finally(() => {
        adding.count--;
        adding.bytes -= size;
      });
    },

    async read(limit, after) {
      const records = await storage.read(limit, after);
      const expired = records.filter(isExpired);
      if (expired.length === 0) return records;
      await remove(expired);
      countDropped('event_expired', expired.length);
      const fresh = records.filter((record) => !expired.includes(record));
      return fresh.length > 0 ? fresh : this.read(limit, after);
    },

    takeDropped() {
      const counts = dropped;
      dropped = {};
      return Object.keys(counts).length > 0 ? counts : undefined;
    },

    restoreDropped(counts) {
      for (const code in counts) dropped[code] = (dropped[code] ?? 0) + counts[code]!;
    },

    count: () => count + adding.count,
    bytes: () => bytes + adding.bytes,

    refresh() {
      const update = (size: { count: number; bytes: number }): void => {
        count = size.count;
        bytes = size.bytes;
      };
      const size = storage.size();
      return size instanceof Promise ? size.then(update) : update(size);
    },
  };
};
