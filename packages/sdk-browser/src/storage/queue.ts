import { limits, type Clock, type DropCounts, type ErrorCode, type QueueLimit } from '@nitka/core';
import { attempt } from '../attempt.ts';
import type { Listeners } from '../listeners.ts';
import type { Settings } from '../options.ts';
import { utf8Length } from '../utf8.ts';
import type { TextStore } from './text-store.ts';

/** One event that waits. */
export interface EventRecord {
  readonly key: string;
  /** As it is stored. */
  json: string;
  /** In UTF-8. */
  readonly bytes: number;
}

/** What waits for delivery: the queue of all tabs of a site, bounded. */
export interface EventQueue {
  /** Keeps an event, or drops it where there is no room. */
  add(json: string): void;
  /** The oldest events within `limit`, at least one if there is any. @param isPassedOver says so of a key */
  read(limit: QueueLimit, isPassedOver: (key: string) => boolean): EventRecord[];
  /** Keeps another text under the record's key. */
  rewrite(record: EventRecord, json: string): void;
  remove(keys: readonly string[]): void;
  /** Events that wait, as far as known: other tabs are seen at the next `refresh`. */
  count(): number;
  /** Looks at what is there, and gives its keys by age. */
  refresh(): string[];
  countDropped(code: ErrorCode, count?: number): void;
  /** Hands over what was dropped, for the next batch; {@link restoreDropped} if that does not arrive. */
  takeDropped(): DropCounts | undefined;
  restoreDropped(counts: DropCounts | undefined): void;
}

export interface EventQueueParts {
  readonly store: TextStore;
  /** Start of the events' keys in `store`. */
  readonly prefix: string;
  /** Unique among the open pages: [0-9a-z]. */
  readonly page: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly tell: Listeners['tell'];
}

// Taken when the script loads: a page may replace it later.
const { parse } = JSON;

const isObject = (json: string | null): json is string => !!attempt(() => json![0] === '{' && parse(json!));

const base36 = (n: number, length: number): string => n.toString(36).padStart(length, '0');

/** Bytes of the event, which its key ends with. */
const bytesOf = (key: string): number => parseInt(key.split('.').pop()!, 36) || 0;

/**
 * One key an event, so that a call writes its own event and nothing else. A key is time, count, page, bytes: it sorts
 * by age, tells who wrote it, and makes the bounds known without touching a value.
 */
export const createEventQueue = (
  { store, prefix, page, clock, tell }: EventQueueParts,
  { maxQueueCount, maxQueueBytes, maxQueueAge }: Pick<Settings, `maxQueue${'Count' | 'Bytes' | 'Age'}`>,
): EventQueue => {
  let latest = 0;
  let added = 0;
  let count = 0;
  let bytes = 0;
  let dropped: DropCounts | undefined;

  const refresh = (): string[] => {
    const keys = store.keys(prefix).sort();
    count = keys.length;
    bytes = keys.reduce((sum, key) => sum + bytesOf(key), 0);
    return keys;
  };

  const restoreDropped = (counts?: DropCounts): void => {
    for (const code in counts) (dropped ??= {})[code] = (dropped[code] ?? 0) + counts[code]!;
  };

  const countDropped = (code: ErrorCode, lost = 1): void => {
    restoreDropped({ [code]: lost });
    tell('dropped', code, lost);
  };

  const remove = (keys: readonly string[]): void => {
    keys.forEach((key) => store.remove(prefix + key));
    refresh();
  };

  return {
    add(json) {
      const size = utf8Length(json);
      if (size > limits.eventBytes) return countDropped('event_too_large');
      if (count >= maxQueueCount || bytes + size > maxQueueBytes) return countDropped('queue_full');
      // A clock that is set back must not put an event before the one that caused it.
      latest = Math.max(latest, clock.now());
      store.set(prefix + [base36(latest, 9), base36(++added, 5), page, base36(size, 1)].join('.'), json);
      count++;
      bytes += size;
    },

    read(limit, isPassedOver) {
      const found: EventRecord[] = [];
      const gone: string[] = [];
      let left = limit.bytes;
      let expired = 0;
      for (const key of refresh()) {
        if (isPassedOver(key)) continue;
        const json = store.get(prefix + key);
        const queuedAt = parseInt(key, 36);
        const size = bytesOf(key);
        const isExpired = maxQueueAge > 0 && clock.now() - queuedAt > maxQueueAge;
        if (isExpired) expired++;
        // Anyone can write to localStorage: one broken text would spoil the batch it is in.
        if (isExpired || !size || !(queuedAt >= 0) || !isObject(json)) gone.push(key);
        else if (found.length && (left < size || found.length >= limit.count)) break;
        else {
          left -= size;
          found.push({ key, json, bytes: size });
        }
      }
      if (gone.length) remove(gone);
      if (expired) countDropped('event_expired', expired);
      return found;
    },

    rewrite(record, json) {
      record.json = json;
      store.set(prefix + record.key, json);
    },

    remove,
    refresh,
    count: () => count,
    countDropped,
    restoreDropped,

    takeDropped() {
      const taken = dropped;
      dropped = undefined;
      return taken;
    },
  };
};
