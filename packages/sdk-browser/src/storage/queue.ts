import type { QueueKey, QueueLimit, QueueRecord, QueueStorage } from '@nitka/core';
import type { TextStore } from './text-store.ts';

export interface BrowserQueueStorage extends QueueStorage {
  append(json: string, bytes: number, queuedAt: number): void;
  /** @param accepts asked before a record is read; all by default */
  read(limit: QueueLimit, after?: QueueKey, accepts?: (key: QueueKey) => boolean): readonly QueueRecord[];
  remove(records: readonly QueueRecord[]): void;
  size(): { count: number; bytes: number };
  /** Writes another text under the record's key. */
  replace(record: QueueRecord, json: string): void;
  /** True for the key of a record that this page queued. */
  isOwn(key: QueueKey): boolean;
  /** Removes every record, those of other tabs included. */
  clear(): void;
}

const time = /^[0-9a-z]{9}$/;

const isObject = (json: string): boolean => {
  try {
    return json[0] === '{' && typeof JSON.parse(json) === 'object';
  } catch {
    return false;
  }
};

/**
 * The queue of all tabs of a site: one key an event, so that a call writes its own event and nothing else.
 *
 * A key is prefix, time, count, page, bytes: it sorts by age, tells who wrote it, and makes `size` readable
 * without touching a value.
 *
 * @param page unique among the open pages, [0-9a-z]
 * @param skipped records that are on their way already; `read` passes them over
 */
export const createBrowserQueueStorage = (
  store: TextStore,
  prefix: string,
  page: string,
  skipped: ReadonlySet<QueueKey>,
): BrowserQueueStorage => {
  let latest = 0;
  let count = 0;

  const list = (): string[] => store.keys(prefix).sort();
  const fields = (key: string): string[] => key.slice(prefix.length).split('.');
  const bytesOf = (key: string): number => parseInt(fields(key)[3]!, 36) || 0;
  const remove = (records: readonly { readonly key: QueueKey }[]): void => {
    for (const { key } of records) store.remove(key as string);
  };

  return {
    append(json, bytes, queuedAt) {
      // A clock that is set back must not put an event before the one that caused it.
      latest = Math.max(latest, queuedAt);
      const parts = [latest.toString(36).padStart(9, '0'), (++count).toString(36).padStart(5, '0'), page];
      store.set(`${prefix}${parts.join('.')}.${bytes.toString(36)}`, json);
    },

    read(limit, after = '', accepts) {
      const found: QueueRecord[] = [];
      let left = limit.bytes;
      for (const key of list()) {
        if (key <= (after as string) || skipped.has(key) || accepts?.(key) === false) continue;
        const json = store.get(key);
        const [at, , , size] = fields(key);
        // Anyone can write to localStorage: one broken text would spoil the batch it is in.
        if (json === null || !size || !time.test(at!) || !isObject(json)) {
          store.remove(key);
          continue;
        }
        const bytes = bytesOf(key);
        left -= bytes;
        if (found.length && (left < 0 || found.length >= limit.count)) break;
        found.push({ key, json, bytes, queuedAt: parseInt(at!, 36) });
      }
      return found;
    },

    remove,

    size() {
      const keys = list();
      return { count: keys.length, bytes: keys.reduce((sum, key) => sum + bytesOf(key), 0) };
    },

    replace: ({ key }, json) => store.set(key as string, json),
    isOwn: (key) => fields(key as string)[2] === page,
    clear: () => remove(list().map((key) => ({ key }))),
  };
};
