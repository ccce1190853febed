import { createStore, promisifyRequest } from 'idb-keyval';

/**
 * The visitor id in IndexedDB, and beside it what localStorage refuses. Every method may take for ever: browsers are
 * known to hang in `open`.
 */
export interface DatabaseTier {
  /** Everything that is kept. */
  load(): Promise<Map<unknown, unknown>>;
  /** Keeps a text; `null` removes it. */
  keep(key: string, value: string | null): Promise<unknown>;
  /** Removes the database itself, so that nothing of us is listed. */
  wipe(): Promise<unknown>;
}

export const createDatabaseTier = (name: string): DatabaseTier => {
  let store = createStore(name, name);

  /** One transaction. Async: where IndexedDB does not exist, the call throws before it makes a promise. */
  const within = async <Result>(use: (objects: IDBObjectStore) => Result): Promise<Result> =>
    store('readwrite', async (objects) => {
      const result = use(objects);
      await promisifyRequest(objects.transaction);
      return result;
    });

  return {
    async load() {
      const [keys, texts] = await within((objects) => [objects.getAllKeys(), objects.getAll()] as const);
      return new Map(keys.result.map((key, i) => [key, texts.result[i] as unknown]));
    },

    keep: (key, value) =>
      within((objects) => (value === null ? objects.delete(key) : objects.put(value, key))),

    async wipe() {
      await within((objects) => {
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
