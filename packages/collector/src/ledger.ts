export interface DestinationCounts {
  loaded: number;
  rejected: number;
  /** Events that had left the spool before this destination was there. `replay --from` loads them. */
  earlier?: number;
  /** Of `loaded`: erased since, on request. */
  forgotten?: number;
}

/** Counts of one source, since the spool was made. */
export interface SourceCounts {
  /** Events that were answered for with a 2xx: new ones, repeats and refused ones. */
  accepted: number;
  /** Of those, repeats of a messageId that was accepted before. */
  duplicate: number;
  /** Of those, refused by the collector and kept in the rejects. */
  rejected: number;
  /** By destination: what became of the rest. */
  readonly destinations: Record<string, DestinationCounts>;
}

/** One line of the books: a source as one destination sees it. */
export interface LedgerLine {
  readonly source: string;
  readonly destination: string;
  readonly accepted: number;
  readonly loaded: number;
  readonly duplicate: number;
  readonly rejected: number;
  /** Counted in the spool, not derived from the other figures. */
  readonly pending: number;
  /** Events that had left the spool before the destination was there; 0 for one that was there from the start. */
  readonly earlier: number;
  /** Of `loaded`: erased since, on request. The table has the rest. */
  readonly forgotten: number;
  /** accepted = loaded + duplicate + rejected + pending + earlier */
  readonly balanced: boolean;
}

export interface Ledger {
  /** Counts to add to. Only inside a transaction of the spool. */
  edit(source: string): SourceCounts;
  editLoaded(source: string, destination: string): DestinationCounts;
  /** Writes what was edited. Only inside a transaction. */
  save(): void;
  /** Drops what was edited: the transaction is over. Nothing is remembered, since other threads write, too. */
  forget(): void;
  /** The counts of every source as they are on disk. */
  read(): Map<string, SourceCounts>;
}

export interface LedgerStore {
  get(key: string): unknown;
  putSync(key: string, value: unknown): unknown;
  getKeys(range: { start: string; end: string }): Iterable<string>;
}

const prefix = 'ledger:';

export const createLedger = (store: LedgerStore): Ledger => {
  const edited = new Map<string, SourceCounts>();
  const load = (source: string): SourceCounts =>
    (store.get(prefix + source) as SourceCounts | undefined) ?? {
      accepted: 0,
      duplicate: 0,
      rejected: 0,
      destinations: {},
    };

  const edit = (source: string): SourceCounts => {
    let counts = edited.get(source);
    if (!counts) {
      counts = load(source);
      edited.set(source, counts);
    }
    return counts;
  };

  return {
    edit,
    editLoaded: (source, destination) =>
      (edit(source).destinations[destination] ??= { loaded: 0, rejected: 0 }),
    save() {
      for (const [source, counts] of edited) store.putSync(prefix + source, counts);
    },
    forget: () => edited.clear(),
    read() {
      const keys = [...store.getKeys({ start: prefix, end: `${prefix}\uffff` })];
      return new Map(keys.map((key) => [key.slice(prefix.length), load(key.slice(prefix.length))]));
    },
  };
};

/** The books of every source and destination. `pending` gives what the spool still holds for a destination, by source. */
export const balance = (
  counts: ReadonlyMap<string, SourceCounts>,
  destinations: readonly string[],
  pending: (destination: string) => ReadonlyMap<string, number>,
): LedgerLine[] =>
  destinations.flatMap((destination) => {
    const waiting = pending(destination);
    return [...counts].map(([source, { accepted, duplicate, rejected: refused, destinations: taken }]) => {
      const {
        loaded,
        rejected: refusedThere,
        earlier = 0,
        forgotten = 0,
      } = taken[destination] ?? { loaded: 0, rejected: 0 };
      const rejected = refused + refusedThere;
      const line = {
        accepted,
        loaded,
        duplicate,
        rejected,
        pending: waiting.get(source) ?? 0,
        earlier,
        forgotten,
      };
      const balanced = accepted === loaded + duplicate + rejected + line.pending + earlier;
      return { source, destination, ...line, balanced };
    });
  });
