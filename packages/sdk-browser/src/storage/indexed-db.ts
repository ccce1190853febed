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
  let opening: Promise<IDBDatabase> | undefined;

  const open = (): Promise<IDBDatabase> =>
    (opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onupgradeneeded = () => request.result.createObjectStore(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = reject;
    }));

  /** One transaction. Safari closes connections by itself: one that fails is opened anew the next time. */
  const within = async <Result>(use: (objects: IDBObjectStore) => Result): Promise<Result> => {
    try {
      const database = await open();
      const transaction = database.transaction(name, 'readwrite');
      const result = use(transaction.objectStore(name));
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = reject;
      });
      return result;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };

  return {
    async load() {
      const [keys, texts] = await within((objects) => [objects.getAllKeys(), objects.getAll()] as const);
      return new Map(keys.result.map((key, i) => [key, texts.result[i] as unknown]));
    },

    keep: (key, value) =>
      within((objects) => (value === null ? objects.delete(key) : objects.put(value, key))),

    async wipe() {
      // Another tab's connection can hold the database open; then at least it is empty.
      await within((objects) => objects.clear());
      (await open()).close();
      opening = undefined;
      indexedDB.deleteDatabase(name);
    },
  };
};
