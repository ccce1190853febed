import { createStore, promisifyRequest } from 'idb-keyval';

/** A slot for one text in IndexedDB. Every method may take for ever: browsers are known to hang in `open`. */
export interface DatabaseTier {
  read(): Promise<unknown>;
  write(value: string): Promise<unknown>;
  /** Removes the database itself, so that nothing of us is listed. */
  erase(): Promise<void>;
}

const slot = 'id';

export const createDatabaseTier = (name: string): DatabaseTier => {
  let store = createStore(name, name);
  return {
    // Async functions: where IndexedDB does not exist, the call throws before it makes a promise.
    read: async () => store('readonly', (objects) => promisifyRequest(objects.get(slot))),
    write: async (value) => store('readwrite', (objects) => promisifyRequest(objects.put(value, slot))),

    async erase() {
      await store('readwrite', (objects) => {
        // Another tab's connection can hold the database open; then at least it is empty.
        objects.clear();
        // Closed once what is under way has ended.
        objects.transaction.db.close();
      });
      store = createStore(name, name);
      indexedDB.deleteDatabase(name);
    },
  };
};
