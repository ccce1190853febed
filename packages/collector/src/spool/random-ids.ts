import { randomBytes } from 'node:crypto';
import type { Database } from 'lmdb';
import { isNoSpace } from './commit-failure.ts';
import { createIdSet, createKeyHash, keyBytes, mergeRuns, sortKeys } from './id-keys.ts';
import type { IdSet, MergeSource, Salt } from './id-keys.ts';
import { createRunStore, runBytes } from './id-runs.ts';
import type { Run, RunStore } from './id-runs.ts';

/** Keys in no order that were added at any time: each is found again, and adding one costs no more when there are very many. */
export interface RandomIds {
  /** A transaction begins: what others have added since is taken in. */
  begin(): void;
  /** False if the key is there. Only inside a transaction; the key's bytes may be used again afterwards. */
  add(key: Buffer): boolean;
  /** The same for a key that is known not to be there. */
  addNew(key: Buffer): void;
  /** As of the last `freshen`, or later. */
  has(key: Buffer): boolean;
  /** Takes in what others have added: another thread, another process. */
  freshen(): void;
  /** Writes what was added. Only inside a transaction, as its last part. */
  save(): void;
  /** Every key, run by run. Throws if a block is missing. */
  visit(visit: (bytes: Buffer, at: number) => void): void;
  /** The transaction failed. */
  forget(): void;
}

export interface RandomIdsParts {
  /** Keys that were added lately: number → those of one transaction, end to end. */
  readonly log: Database<Buffer, number>;
  readonly runs: Database<Buffer, number>;
  readonly meta: Pick<Database<unknown, string>, 'get' | 'putSync'>;
  /** Makes sure of room on the disk for so many bytes, or throws. */
  readonly ensure: (bytes: number) => void;
  /** Keys that the log holds before they become a run. @default 65536 */
  readonly perRun?: number;
}

interface State {
  /** Grows with each change of what is below. */
  readonly version: number;
  /** Numbers of the log's records: from, to before. */
  readonly logFrom: number;
  readonly logTo: number;
  /** From the newest to the oldest. */
  readonly runs: readonly Run[];
  readonly nextRun: number;
  /** The run that was being written, or null. */
  readonly unfinished: number | null;
  readonly salt: Salt;
}

const stateKey = 'randomIds';
const newState = (): State => {
  const bytes = randomBytes(32);
  const salt = Array.from({ length: 8 }, (_, index) => bytes.readUInt32LE(index * 4));
  return { version: 0, logFrom: 0, logTo: 0, runs: [], nextRun: 1, unfinished: null, salt };
};
/** So many runs of one size become one of the next. */
const fanIn = 4;
/** Keys that a transaction merges for each one that it adds, and at least: enough for every size that there will be. */
const mergedPerKey = 16;
const mergedAtLeast = 1024;

/**
 * A B-tree of random keys touches a page for each, and the larger it is the fewer of them are in memory. Here keys are appended to a
 * log and held in memory until there are enough for a run: sorted, never changed, with a filter that says of a new key that it is not
 * in it. Runs of one size are merged into one of four times that size, a little in each transaction, so there are few of them.
 * (O'Neil et al., The log-structured merge-tree, 1996; filters: Putze et al., Cache-, hash- and space-efficient Bloom filters, 2007.)
 */
export const createRandomIds = ({ log, runs, meta, ensure, perRun = 65_536 }: RandomIdsParts): RandomIds => {
  let store: RunStore;
  let recent: IdSet;
  let state: State;
  /** The version that is in memory; -1 if it must be read. */
  let version = -1;
  let added: Buffer[] = [];
  /** Nobody else writes while the transaction lasts. */
  let isFresh = false;
  let merge: { sources: Run[]; id: number; step(keys: number): boolean; finish(): Run } | null = null;

  const load = (): void => {
    const saved = meta.get(stateKey) as State | undefined;
    state = saved ?? newState();
    version = state.version;
    const hash = createKeyHash(state.salt);
    recent = createIdSet(hash);
    store = createRunStore(runs, hash);
    merge = null;
    for (const { value } of log.getRange({ start: state.logFrom, end: state.logTo }))
      for (let at = 0; at < value.length; at += keyBytes) recent.add(value, at);
  };

  const isIn = (key: Buffer): boolean => recent.has(key, 0) || state.runs.some((run) => store.has(run, key));

  const write = (change: Partial<State>): void => {
    version = state.version + 1;
    state = { ...state, ...change, version };
    meta.putSync(stateKey, state);
  };

  const flush = (): void => {
    const id = state.nextRun;
    ensure(runBytes(recent.size()));
    const run = store.write(id, sortKeys(recent.keys()), 0);
    for (let number = state.logFrom; number < state.logTo; number += 1) log.removeSync(number);
    write({ logFrom: state.logTo, runs: [run, ...state.runs], nextRun: id + 1 });
    recent.clear();
  };

  /** The oldest runs of a size of which there are enough. */
  const ripe = (): Run[] | null => {
    for (const { level } of state.runs) {
      const same = state.runs.filter((run) => run.level === level);
      if (same.length >= fanIn) return same.slice(-fanIn);
    }
    return null;
  };

  const startMerge = (sources: Run[]): void => {
    const id = state.nextRun;
    // What a merge that was broken off has left.
    if (state.unfinished !== null) store.remove(state.unfinished);
    const readers = sources.map((run): MergeSource => store.read(run));
    const writer = store.writer(
      id,
      sources[0]!.level + 1,
      sources.reduce((sum, { count }) => sum + count, 0),
    );
    merge = { sources, id, step: (keys) => mergeRuns(readers, writer.push, keys), finish: writer.finish };
    write({ nextRun: id + 1, unfinished: id });
  };

  const work = (keys: number): void => {
    const found = merge ? null : ripe();
    if (found) startMerge(found);
    if (!merge || !merge.step(keys)) return;
    const { sources, finish } = merge;
    ensure(runBytes(sources.reduce((sum, { count }) => sum + count, 0)));
    const whole = finish();
    const gone = new Set(sources.map(({ id }) => id));
    const at = state.runs.findIndex(({ id }) => gone.has(id));
    const rest = state.runs.filter(({ id }) => !gone.has(id));
    write({ runs: [...rest.slice(0, at), whole, ...rest.slice(at)], unfinished: null });
    for (const { id } of sources) store.remove(id);
    merge = null;
  };

  /** What is new in the log since it was last read, and which runs there are now. */
  const catchUp = (saved: State): void => {
    const goesOn = saved.logFrom === state.logFrom;
    if (!goesOn) recent.clear();
    const start = goesOn ? state.logTo : saved.logFrom;
    state = saved;
    version = saved.version;
    merge = null;
    store.keep(saved.runs);
    for (const { value } of log.getRange({ start, end: saved.logTo }))
      for (let at = 0; at < value.length; at += keyBytes) recent.add(value, at);
  };

  const freshen = (): void => {
    const saved = meta.get(stateKey) as State | undefined;
    if (version >= 0 && (saved?.version ?? 0) === version) return;
    if (version > 0 && saved) catchUp(saved);
    else load();
  };

  /** Runs are made and merged another time where the disk is full: the keys are in the log, for which room was made before. */
  const ifRoom = (task: () => void): void => {
    try {
      task();
    } catch (error) {
      if (!isNoSpace(error)) throw error;
    }
  };

  const addFresh = (key: Buffer): void => {
    recent.add(key, 0);
    // The caller may use its bytes again.
    added.push(Buffer.from(key));
  };

  const beginAdding = (): void => {
    // Not before: most transactions add none.
    if (!isFresh) freshen();
    isFresh = true;
  };

  return {
    begin() {
      added = [];
      isFresh = false;
    },
    add(key) {
      beginAdding();
      if (isIn(key)) return false;
      addFresh(key);
      return true;
    },
    addNew(key) {
      beginAdding();
      addFresh(key);
    },
    has(key) {
      if (version < 0) freshen();
      return isIn(key);
    },
    freshen,
    save() {
      if (added.length === 0) return;
      log.putSync(state.logTo, Buffer.concat(added));
      write({ logTo: state.logTo + 1 });
      const keys = Math.max(added.length * mergedPerKey, mergedAtLeast);
      added = [];
      ifRoom(() => {
        if (recent.size() >= perRun) flush();
        ensure(keys * keyBytes * 2);
        work(keys);
      });
    },
    visit(visit) {
      freshen();
      for (const run of state.runs) {
        const source = store.read(run);
        for (let keys = source.block(); keys; source.next(), keys = source.block()) visit(keys, source.at());
      }
      for (const { value } of log.getRange({ start: state.logFrom, end: state.logTo }))
        for (let at = 0; at < value.length; at += keyBytes) visit(value, at);
    },
    forget() {
      version = -1;
      added = [];
    },
  };
};
