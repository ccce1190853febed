import type { Database } from 'lmdb';
import type { Segments } from './log/segments.ts';

/** Which files of the log are still needed. */
export interface Releases {
  /** A file begins with this entry. Only inside a transaction, as the two below. */
  began(base: number, sequence: number): void;
  /** Nothing of the log before this entry is needed any more. */
  release(first: number): void;
  /** Until it is called again with false no file is removed. */
  pin(pinned: boolean): void;
  pinned(): boolean;
  /** Files that are needed, in order. */
  needed(): readonly number[];
  /** Removes files that are not, and were not at the last call either. After a transaction, where `release` is called. */
  tidy(): void;
}

type Start = readonly [base: number, sequence: number];

const startsKey = 'segments';
const pinnedKey = 'segmentsPinned';

/**
 * A file is removed one transaction after nobody needs it any more: LMDB may go back by one, when the page that says how far it has come
 * is destroyed, and then needs it again.
 */
export const createReleases = (
  meta: Pick<Database<unknown, string>, 'get' | 'putSync'>,
  segments: Segments,
): Releases => {
  const starts = (): readonly Start[] => (meta.get(startsKey) as readonly Start[] | undefined) ?? [];
  /** Files before it were needed by nobody at the last call. */
  let unneeded = 0;
  let removed = 0;
  let releases = false;
  const isPinned = (): boolean => meta.get(pinnedKey) === true;
  return {
    began(base, sequence) {
      meta.putSync(startsKey, [...starts(), [base, sequence]]);
    },
    release(first) {
      releases = true;
      if (isPinned()) return;
      const all = starts();
      const needed = all.filter((_, index) => (all[index + 1]?.[1] ?? Infinity) > first);
      if (needed.length < all.length) meta.putSync(startsKey, needed);
    },
    pin(pinned) {
      if (isPinned() !== pinned) meta.putSync(pinnedKey, pinned);
    },
    pinned: isPinned,
    needed: () => starts().map(([base]) => base),
    tidy() {
      if (!releases) return;
      if (removed < unneeded) {
        for (const base of segments.list()) if (base < unneeded) segments.remove(base);
        removed = unneeded;
      }
      unneeded = starts()[0]?.[0] ?? unneeded;
    },
  };
};
