import type { Database } from 'lmdb';

/** Longer values have pages of their own, which the scrub overwrites when they are free (scrub.ts). */
const longestOnSharedPage = 2048;

/**
 * Overwrites values in their places, before they are removed or get shorter: LMDB closes the gap that one leaves on its page by moving its
 * neighbours, and clears nothing (mdb.c, mdb_node_del). All of them first, since what is moved leaves its bytes, too. Only inside a
 * transaction.
 */
export const blank = (database: Database<Buffer, number>, keys: readonly number[]): void => {
  for (const key of keys) {
    const value = database.get(key);
    // One of the same length takes the place of the other (mdb_cursor_put).
    if (value && value.length <= longestOnSharedPage) database.putSync(key, Buffer.alloc(value.length));
  }
};
