import { createStore, del, get, set } from 'idb-keyval';

/** A slot for one text in IndexedDB. Every method may take for ever: browsers are known to hang in `open`. */
export interface DatabaseTier {
  read(): Promise<unknown>;
  write(value: string): Promise<void>;
  /** Removes the database itself, so that nothing of us is listed. */
  erase(): Promise<void>;
}

const slot = 'id';

export const createDatabaseTier = (name: string): DatabaseTier => {
  let store = createStore(name, name);
  return {
    // Async functions: where IndexedDB does not exist, the call throws before it makes a promise.
    read: async () => get(slot, store),
    write: async (value) => set(slot, value, store),

    async erase() {
      // Another tab's connection can hold the database open; then at least it is empty.
      await del(slot, store);
      await store('readonly', (objects) => objects.transaction.db.close());
      store = createStore(name, name);
      indexedDB.deleteDatabase(name);
    },
  };
};
