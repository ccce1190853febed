import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';
import { createRandomIds } from './random-ids.ts';
import { isOrdered } from './seen.ts';
import { addSums, createSeenSum, emptySum } from './seen-sum.ts';
import type { SeenSum } from './seen-sum.ts';

export interface Environment {
  readonly root: RootDatabase<unknown, string>;
  /** First sequence number of a chunk → its place in the log (place.ts), or the chunk itself. */
  readonly events: Database<Buffer, number>;
  /** Adds 16 bytes of a messageId to the index of those seen; false if they are in it. Only inside a transaction. */
  addSeen(key: Buffer): boolean;
  /** The same for a key that is known to be in it nowhere. */
  addNew(key: Buffer): void;
  /** As of the last `freshen`, or later. */
  hasSeen(key: Buffer): boolean;
  /** Takes in what another thread has added to the index. */
  freshen(): void;
  /** Neighbours in the index of those seen, from its end on: for a check. */
  walkSeen(limit: number, visit: (before: Buffer, key: Buffer) => void): void;
  /** Every key of the index, in the order of where it lies: for a check. */
  visitSeen(visit: (bytes: Buffer, at: number) => void): void;
  /** What all keys that were ever added come to (seen-sum.ts); null if some were added by a version that kept no sum. */
  seenSum(): SeenSum | null;
  /** Only inside a transaction. */
  writeSeenSum(sum: SeenSum): void;
  /** Told how many bytes the index is about to write; throws if there is no room. */
  onGrowth(ensure: (bytes: number) => void): void;
  /** Bytes of the data file that the last commit reaches to. */
  usedBytes(): number;
  /** Number of a reject → the reject. */
  readonly rejects: Database<Buffer, number>;
  /** Cursors, ledger, next numbers: JSON. */
  readonly meta: Database<unknown, string>;
  /** Runs a task in one transaction: all or nothing, and on disk when the promise resolves. */
  transaction(task: () => void): Promise<void>;
  /** The same at once: while nobody else has the spool open. */
  transactionSync(task: () => void): void;
  close(): Promise<void>;
}

/**
 * Addresses, not memory: a map that has to grow is made anew, and lmdb-js keeps all earlier ones, with every page that was read through
 * them counted again in the process's resident memory (mdb.c, mdb_env_set_mapsize). Beyond it the map grows as before.
 */
const mapSize = 64 * 2 ** 30;

/**
 * `overlappingSync` is off, and that is what the promise "2xx only after fsync" stands on. With it (the default) a commit
 * resolves before it is flushed, and after a power cut LMDB goes back to the last flushed one. Without it, the writer thread calls
 * `mdb_txn_begin` with no MDB_NOSYNC and resolves after `mdb_txn_commit` gave 0, which syncs the data pages, then the meta page:
 * https://github.com/kriszyp/lmdb-js/blob/v3.5.6/src/writer.cpp (WriteWorker::Write)
 * http://www.lmdb.tech/doc/group__mdb.html (MDB_NOSYNC: "Don't fsync after commit")
 *
 * `eventTurnBatching` is off, since with it a commit that fails (a full disk) also rejects a promise of lmdb-js that nobody can
 * catch, which ends the process (write.js, rejectCommit).
 *
 * The transaction is a child one since only these are rolled back when the task throws (write.js, executeTxnCallbacks).
 */
export const openEnvironment = (folder: string): Environment => {
  const nothing = Buffer.alloc(0);
  const onlyNew = { noOverwrite: true };
  const root: RootDatabase<unknown, string> = open({
    path: folder,
    overlappingSync: false,
    eventTurnBatching: false,
    encoding: 'json',
    maxDbs: 16,
    ...(process.platform !== 'win32' && { mapSize }),
  });
  // Never cleared: a repeat is recognised at any later time.
  const seen = root.openDB<Buffer, Buffer>('seen', { encoding: 'binary', keyEncoding: 'binary' });
  const meta = root.openDB<unknown, string>('meta', { encoding: 'json' });
  let ensure: (bytes: number) => void = () => undefined;
  const random = createRandomIds({
    log: root.openDB<Buffer, number>('seenlog', { encoding: 'binary' }),
    runs: root.openDB<Buffer, number>('seenruns', { encoding: 'binary' }),
    meta,
    ensure: (bytes) => ensure(bytes),
  });
  const sumKey = 'seenSum';
  const isNew = meta.get('randomIds') === undefined && [...seen.getKeys({ limit: 1 })].length === 0;
  const seenSum = (): SeenSum | null =>
    (meta.get(sumKey) as SeenSum | undefined) ?? (isNew ? emptySum : null);
  const writeSeenSum = (sum: SeenSum): void => {
    meta.putSync(sumKey, sum);
  };
  /** Of the transaction under way. */
  const added = createSeenSum();
  const saveSum = (): void => {
    const sum = added.value();
    const before = sum.count > 0 ? seenSum() : null;
    if (before) writeSeenSum(addSums(before, sum));
  };
  const whole = (task: () => void): void => {
    random.begin();
    added.clear();
    task();
    random.save();
    saveSum();
  };
  return {
    root,
    events: root.openDB<Buffer, number>('events', { encoding: 'binary' }),
    // The types say void; the value is false when the key was there (write.js, putSync).
    addSeen(key) {
      const isFirst = isOrdered(key)
        ? (seen.putSync(key, nothing, onlyNew) as unknown) === true
        : random.add(key);
      if (isFirst) added.add(key, 0);
      return isFirst;
    },
    addNew(key) {
      if (isOrdered(key)) seen.putSync(key, nothing);
      else random.addNew(key);
      added.add(key, 0);
    },
    hasSeen: (key) => (isOrdered(key) ? seen.doesExist(key) : random.has(key)),
    freshen: random.freshen,
    onGrowth(make) {
      ensure = make;
    },
    walkSeen(limit, visit) {
      let before: Buffer | null = null;
      for (const found of seen.getKeys({ reverse: true, limit })) {
        const key = Buffer.from(found);
        if (before) visit(before, key);
        before = key;
      }
    },
    visitSeen(visit) {
      for (const key of seen.getKeys({})) visit(key, 0);
      random.visit(visit);
    },
    seenSum,
    writeSeenSum,
    usedBytes() {
      const { lastPageNumber, pageSize } = root.getStats() as { lastPageNumber: number; pageSize: number };
      return (lastPageNumber + 1) * pageSize;
    },
    rejects: root.openDB<Buffer, number>('rejects', { encoding: 'binary' }),
    meta,
    transaction: async (task) => {
      try {
        await root.childTransaction(() => whole(task));
      } catch (error) {
        random.forget();
        throw error;
      }
    },
    transactionSync(task) {
      root.transactionSync(() => whole(task));
    },
    close: () => root.close(),
  };
};
