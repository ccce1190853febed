/** Counts of one source, since the spool was made. */
export interface SourceCounts {
  /** Events that were answered for with a 2xx: new ones, repeats and refused ones. */
  accepted: number;
  /** Of those, repeats of a messageId that was accepted before. */
  duplicate: number;
  /** Of those, refused by the collector and kept in the rejects. */
  rejected: number;
  /** By destination: what became of the rest. */
  readonly destinations: Record<string, { loaded: number; rejected: number }>;
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
  /** accepted = loaded + duplicate + rejected + pending */
  readonly balanced: boolean;
}

export interface Ledger {
  of(source: string): SourceCounts;
  loaded(source: string, destination: string): { loaded: number; rejected: number };
  sources(): string[];
  /** Writes what changed. Only inside a transaction of the spool. */
  save(): void;
  /** Goes back to what is on disk: the transaction did not get there. */
  restore(): void;
}

export interface LedgerStore {
  get(key: string): unknown;
  putSync(key: string, value: unknown): unknown;
  getKeys(range: { start: string; end: string }): Iterable<string>;
}

const prefix = 'ledger:';

export const createLedger = (store: LedgerStore): Ledger => {
  const counts = new Map<string, SourceCounts>();
  const changed = new Set<string>();

  const restore = (): void => {
    counts.clear();
    changed.clear();
    for (const key of store.getKeys({ start: prefix, end: `${prefix}\uffff` })) {
      counts.set(key.slice(prefix.length), store.get(key) as SourceCounts);
    }
  };
  restore();

  const of = (source: string): SourceCounts => {
    let found = counts.get(source);
    if (!found) {
      found = { accepted: 0, duplicate: 0, rejected: 0, destinations: {} };
      counts.set(source, found);
    }
    changed.add(source);
    return found;
  };

  return {
    of,
    loaded(source, destination) {
      const { destinations } = of(source);
      return (destinations[destination] ??= { loaded: 0, rejected: 0 });
    },
    sources: () => [...counts.keys()].sort(),
    save() {
      for (const source of changed) store.putSync(prefix + source, counts.get(source));
      changed.clear();
    },
    restore,
  };
};

/** The books of every source and destination. `pending` gives what the spool still holds for a destination, by source. */
export const balance = (
  ledger: Ledger,
  destinations: readonly string[],
  pending: (destination: string) => ReadonlyMap<string, number>,
): LedgerLine[] =>
  destinations.flatMap((destination) => {
    const waiting = pending(destination);
    return ledger.sources().map((source) => {
      const { accepted, duplicate, rejected: refused } = ledger.of(source);
      const { loaded, rejected: refusedThere } = ledger.loaded(source, destination);
      const rejected = refused + refusedThere;
      const line = { accepted, loaded, duplicate, rejected, pending: waiting.get(source) ?? 0 };
      return {
        source,
        destination,
        ...line,
        balanced: accepted === loaded + duplicate + rejected + line.pending,
      };
    });
  });
