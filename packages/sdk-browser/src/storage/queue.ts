import type { QueueLimit, QueueRecord, QueueStorage } from '@nitka/core';
import type { TextStore } from './text-store.ts';

export interface BrowserQueueStorage extends QueueStorage {
  append(json: string, bytes: number, queuedAt: number): void;
  /** @param isOwn only what this page queued */
  read(limit: QueueLimit, after?: unknown, isOwn?: boolean): readonly QueueRecord[];
  remove(records: readonly Pick<QueueRecord, 'key'>[]): void;
  size(): { count: number; bytes: number };
  /** Writes another text under the record's key. */
  replace(record: QueueRecord, json: string): void;
}

const isObject = (json: string | null): json is string => {
  try {
    return json![0] === '{' && !!JSON.parse(json!);
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
 * @param onTheWay keys that `read` passes over
 */
export const createBrowserQueueStorage = (
  store: TextStore,
  prefix: string,
  page: string,
  onTheWay: ReadonlySet<unknown>,
): BrowserQueueStorage => {
  let latest = 0;
  let count = 0;

  const list = (): string[] => store.keys(prefix).sort();
  const fields = (key: string): string[] | null =>
    /^([0-9a-z]{9})\.\w+\.(\w+)\.([0-9a-z]+)$/.exec(key.slice(prefix.length));
  const bytesOf = (key: string): number => parseInt(fields(key)?.[3] ?? '0', 36);
  const remove: BrowserQueueStorage['remove'] = (records) =>
    records.forEach(({ key }) => fields(key as string) && store.remove(key as string));

  return {
    append(json, bytes, queuedAt) {
      // A clock that is set back must not put an event before the one that caused it.
      latest = Math.max(latest, queuedAt);
      const time = latest.toString(36).padStart(9, '0');
      const number = (++count).toString(36).padStart(5, '0');
      store.set(`${prefix}${time}.${number}.${page}.${bytes.toString(36)}`, json);
    },

    read(limit, after = '', isOwn) {
      const found: QueueRecord[] = [];
      let left = limit.bytes;
      for (const key of list()) {
        const [, time, owner] = fields(key) ?? [];
        if (key <= (after as string) || onTheWay.has(key) || (isOwn && owner !== page)) continue;
        const json = store.get(key);
        // Anyone can write to localStorage: one broken text would spoil the batch it is in.
        if (!time || !isObject(json)) {
          store.remove(key);
          continue;
        }
        const bytes = bytesOf(key);
        left -= bytes;
        if (found.length && (left < 0 || found.length >= limit.count)) break;
        found.push({ key, json, bytes, queuedAt: parseInt(time, 36) });
      }
      return found;
    },

    remove,

    size() {
      const keys = list();
      return { count: keys.length, bytes: keys.reduce((sum, key) => sum + bytesOf(key), 0) };
    },

    replace: ({ key }, json) => store.set(key as string, json),
  };
};
