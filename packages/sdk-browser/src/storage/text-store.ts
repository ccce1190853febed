import { attempt } from '../attempt.ts';

/** Small texts by key. Never throws; what the tier refuses is kept in memory, and handed on to another tier. */
export interface TextStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** What follows `prefix` in each key that starts with it, in no order. */
  keys(prefix: string): string[];
  /** Takes back what another tier has kept since an earlier page. What is known here already goes before it. */
  restore(key: string, value: string): void;
}

/** The parts of a text that several values are kept in. */
export const partsOf = (store: TextStore, key: string): string[] => (store.get(key) ?? '').split('|');

/**
 * A text store over a Web Storage area. One key that a full or blocked area refuses goes to memory, alone: the
 * rest stays durable, and readers see both as one.
 *
 * @param area reading the property alone throws where the browser blocks it; undefined: everything in memory
 * @param start of every key in the area
 * @param onRefused told of each text that is only in memory, and of its removal (`null`)
 */
export const createTextStore = (
  area?: () => Storage,
  start = '',
  onRefused?: (key: string, value: string | null) => void,
): TextStore => {
  const kept = new Map<string, string>();
  const ask = <T>(task: (area: Storage) => T): T | undefined => attempt(() => task(area!()));

  const get = (key: string): string | null =>
    kept.get(key) ?? ask((area) => area.getItem(start + key)) ?? null;
  const forget = (key: string): void => {
    if (kept.delete(key)) onRefused?.(key, null);
  };

  return {
    get,

    set(key, value) {
      const isKept = ask((area) => {
        area.setItem(start + key, value);
        // Some areas forget without a word, and a page's own object in their place lists no keys.
        return area[start + key] === value;
      });
      forget(key);
      if (isKept) return;
      kept.set(key, value);
      onRefused?.(key, value);
    },

    remove(key) {
      forget(key);
      ask((area) => area.removeItem(start + key));
    },

    keys(prefix) {
      const inArea = ask(Object.keys) ?? [];
      const all = new Set([...inArea, ...[...kept.keys()].map((key) => start + key)]);
      const whole = start + prefix;
      return [...all].filter((key) => key.startsWith(whole)).map((key) => key.slice(whole.length));
    },

    restore(key, value) {
      if (get(key) === null) kept.set(key, value);
    },
  };
};
