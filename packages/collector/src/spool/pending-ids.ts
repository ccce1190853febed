import { randomBytes } from 'node:crypto';
import { createIdSet, createKeyHash } from './id-keys.ts';

/** Keys of messageIds that are in the log and not in the index yet. */
export interface PendingIds {
  /** False if the key is there. */
  add(key: Buffer): boolean;
  has(key: Buffer): boolean;
  /**
   * Forgets what the index has by now.
   *
   * @param settled the index has all entries before this one
   * @param head all keys that were added are of entries before this one
   */
  letGo(settled: number, head: number): void;
  clear(): void;
}

/** Two sets, of which the older one is emptied as soon as the index has all of it. */
export const createPendingIds = (): PendingIds => {
  const bytes = randomBytes(32);
  const hash = createKeyHash(Array.from({ length: 8 }, (_, index) => bytes.readUInt32LE(index * 4)));
  let young = createIdSet(hash);
  let old = createIdSet(hash);
  /** Entries of the older one are before it. */
  let oldEnd = 0;
  const isOld = (key: Buffer): boolean => old.size() > 0 && old.has(key, 0);
  return {
    has: (key) => isOld(key) || young.has(key, 0),
    add: (key) => !isOld(key) && young.add(key, 0),
    letGo(settled, head) {
      if (settled < oldEnd || young.size() + old.size() === 0) return;
      old.clear();
      [young, old] = [old, young];
      oldEnd = head;
    },
    clear() {
      young.clear();
      old.clear();
      oldEnd = 0;
    },
  };
};
