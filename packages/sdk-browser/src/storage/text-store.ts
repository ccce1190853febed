/** Small texts by key. Never throws; what the tier refuses is kept in memory, and handed on to another tier. */
export interface TextStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** Keys that start with `prefix`, in no order. */
  keys(prefix: string): string[];
  /** Takes back what another tier has kept since an earlier page. What is known here already goes before it. */
  restore(key: string, value: string): void;
}

/**
 * A text store over a Web Storage area. One key that a full or blocked area refuses goes to memory, alone: the
 * rest stays durable, and readers see both as one.
 *
 * @param area undefined where the browser blocks it
 * @param onRefused told of each text that is only in memory, and of its removal (`null`)
 */
export const createTextStore = (
  area: Storage | undefined,
  onRefused?: (key: string, value: string | null) => void,
): TextStore => {
  const kept = new Map<string, string>();
  const attempt = <T>(task: () => T): T | undefined => {
    try {
      return task();
    } catch {
      return undefined;
    }
  };

  const get = (key: string): string | null => kept.get(key) ?? attempt(() => area!.getItem(key)) ?? null;
  const forget = (key: string): void => {
    if (kept.delete(key)) onRefused?.(key, null);
  };

  return {
    get,

    set(key, value) {
      try {
        area!.setItem(key, value);
        forget(key);
      } catch {
        kept.set(key, value);
        onRefused?.(key, value);
      }
    },

    remove(key) {
      forget(key);
      attempt(() => area!.removeItem(key));
    },

    keys: (prefix) =>
      [...new Set([...(attempt(() => Object.keys(area!)) ?? []), ...kept.keys()])].filter((key) =>
        key.startsWith(prefix),
      ),

    restore(key, value) {
      if (get(key) === null) kept.set(key, value);
    },
  };
};
