/** What is under way and must be known after a crash. `put` and `remove` only inside a transaction. */
export interface Notes {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  remove(key: string): void;
}

export interface NoteStore {
  get(key: string): unknown;
  putSync(key: string, value: unknown): unknown;
  removeSync(key: string): unknown;
}

export const createNotes = (store: NoteStore): Notes => ({
  get: (key) => store.get(`note:${key}`),
  put(key, value) {
    store.putSync(`note:${key}`, value);
  },
  remove(key) {
    store.removeSync(`note:${key}`);
  },
});
