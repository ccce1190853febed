/** Small texts by key. Never throws; what the tier refuses is kept in memory until the page goes. */
export interface TextStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** Keys that start with `prefix`, in no order. */
  keys(prefix: string): string[];
}

/**
 * A text store over a Web Storage area. One key that a full or blocked area refuses goes to memory, alone: the
 * rest stays durable, and readers see both as one.
 *
 * @param area undefined where the browser blocks it
 * @param onRefused told of each text that is only in memory
 */
export const createTextStore = (area: Storage | undefined, onRefused?: () => void): TextStore => {
  const kept = new Map<string, string>();
  const attempt = <T>(task: () => T): T | undefined => {
    try {
      return task();
    } catch {
      return undefined;
    }
  };

  return {
    get: (key) => kept.get(key) ?? attempt(() => area!.getItem(key)) ?? null,

    set(key, value) {
      try {
        area!.setItem(key, value);
        kept.delete(key);
      } catch {
        kept.set(key, value);
        onRefused?.();
      }
    },

    remove(key) {
      kept.delete(key);
      attempt(() => area!.removeItem(key));
    },

    keys: (prefix) =>
      [...new Set([...(attempt(() => Object.keys(area!)) ?? []), ...kept.keys()])].filter((key) =>
        key.startsWith(prefix),
      ),
  };
};
