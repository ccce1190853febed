/** Entries behind a destination's cursor that it gets again: after a repair of its tables, or of one poison row. */
export interface Repair {
  readonly from: number;
  readonly to: number;
  /** True once it is as large as the batch that is sent: from then on it stays so. */
  readonly fixed: boolean;
}

export interface Repairs {
  /** In the order in which they are sent. */
  list(destination: string): readonly Repair[];
  /** Only inside a transaction. */
  save(destination: string, repairs: readonly Repair[]): void;
}

export interface RepairStore {
  get(key: string): unknown;
  putSync(key: string, value: unknown): unknown;
  removeSync(key: string): unknown;
}

export const createRepairs = (store: RepairStore): Repairs => ({
  list: (destination) => (store.get(`repairs:${destination}`) as Repair[] | undefined) ?? [],
  save(destination, repairs) {
    if (repairs.length > 0) store.putSync(`repairs:${destination}`, repairs);
    else store.removeSync(`repairs:${destination}`);
  },
});
