import { createStore, promisifyRequest } from 'idb-keyval';

/**
 * The visitor id in IndexedDB, and beside it what localStorage refuses. Every method may take for ever: browsers are
 * known to hang in `open`.
 */
export interface DatabaseTier {
  read(): Promise<unknown>;
  write(value: string): Promise<unknown>;
  /** Keeps a text; `null` removes it. */
  put(key: string, value: string | null): Promise<unknown>;
  /** Every text that was put here. */
  all(): Promise<[key: string, value: unknown][]>;
  /** Removes the database itself, so that nothing of us is listed. */
  erase(): Promise<void>;
}

const slot = 'id';

export const createDatabaseTier = (name: string): DatabaseTier => {
  let store = createStore(name, name);
  // Async functions: where IndexedDB does not exist, the call throws before it makes a promise.
  const put: DatabaseTier['put'] = async (key, value) =>
    store('readwrite', (objects) => {
      if (value === null) objects.delete(key);
      else objects.put(value, key);
      return promisifyRequest(objects.transaction);
    });
  return {
    read: async () => store('readonly', (objects) => promisifyRequest(objects.get(slot))),
    write: (value) => put(slot, value),
    put,

    all: async () =>
      store('readonly', async (objects) => {
        const [keys, texts] = await Promise.all([
          promisifyRequest(objects.getAllKeys()),
          promisifyRequest<unknown[]>(objects.getAll()),
        ]);
        return keys.map((key, i) => [String(key), texts[i]]);
      }),

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
