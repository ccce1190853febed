import { NitkaError } from '@nitka/core';
import type { Database, RootDatabase } from 'lmdb';
import { createRoom, type Room } from './room.ts';

/** Counts of what the queue holds, kept in the transaction that changes it. */
export interface Totals {
  readonly count: number;
  readonly bytes: number;
  /** Highest key ever given. */
  readonly last: number;
}

export interface Environment {
  /** Key, growing → a record (record.ts). */
  readonly events: Database<Buffer<ArrayBuffer>, number>;
  /** Records from this key on have a checksum. */
  readonly checkedFrom: number;
  /** Format, totals, imported spill files. */
  readonly meta: Database<unknown, string>;
  /**
   * Runs a task in one transaction: all or nothing, and on disk once the promise resolves. One that writes nothing costs no flush, and
   * is a lock among the processes.
   */
  transaction<T>(task: () => T): Promise<T>;
  /** Makes sure of disk before a transaction stores: see room.ts. */
  readonly takeRoom: Room['take'];
  /** Transactions that were flushed to the disk since the file was made. */
  commits(): number;
  close(): Promise<void>;
}

/** Raised with every change that an older program would misread: 1 had one event a record; 1 and 2 had no checksums. */
const format = 3;

export const readTotals = ({ meta }: Pick<Environment, 'meta'>): Totals =>
  (meta.get('totals') as Totals | undefined) ?? { count: 0, bytes: 0, last: 0 };

const loadLmdb = async (): Promise<typeof import('lmdb')> => {
  try {
    return await import('lmdb');
  } catch (cause) {
    throw new NitkaError('storage_failed', 'diskQueue needs the package lmdb: npm install lmdb', { cause });
  }
};

/**
 * The reason of a failed commit comes a little later than the failure, as a promise in its error; left alone, that one
 * would be an unhandled rejection. https://github.com/kriszyp/lmdb-js/blob/v3.5.6/write.js (rejectCommit)
 */
const commitErrorOf = async (error: unknown): Promise<unknown> => {
  const { commitError } = error as { commitError?: Promise<never> };
  return commitError instanceof Promise ? commitError.catch((reason: unknown) => reason) : error;
};

/**
 * `overlappingSync: false` is what "durable when the promise resolves" stands on: with it (the default outside Windows) a
 * commit resolves before it is flushed, and after a power cut LMDB goes back to the last flushed one. Without it the
 * writer thread begins its transaction with no MDB_NOSYNC and resolves after `mdb_txn_commit`, which syncs the data
 * pages and then the meta page:
 * https://github.com/kriszyp/lmdb-js/blob/v3.5.6/src/writer.cpp (WriteWorker::Write)
 * http://www.lmdb.tech/doc/group__mdb.html (MDB_NOSYNC)
 *
 * `eventTurnBatching: false`, since a commit that fails (a full disk) otherwise rejects a promise of LMDB's own that nobody
 * can catch, and so ends the process: https://github.com/kriszyp/lmdb-js/blob/v3.5.6/write.js (rejectCommit)
 *
 * Pages are never overwritten in place, and one of two meta pages always points at a whole tree, so a torn write is no
 * more than a transaction that did not happen: http://www.lmdb.tech/doc/ (Copy-on-Write)
 */
const openLmdb = async (path: string): Promise<RootDatabase<unknown, string>> => {
  const { open } = await loadLmdb();
  return open<unknown, string>({
    path,
    overlappingSync: false,
    eventTurnBatching: false,
    encoding: 'json',
    maxDbs: 4,
  });
};

interface Stats {
  readonly lastPageNumber: number;
  readonly pageSize: number;
  readonly lastTxnId: number;
}

/** Records that are there keep their format; those to come have checksums. @returns the format that was found */
const upgrade = ({ meta, takeRoom }: Pick<Environment, 'meta' | 'takeRoom'>): number => {
  const found = (meta.get('format') as number | undefined) ?? 0;
  if (found < format) {
    takeRoom(0, 0);
    meta.putSync('checkedFrom', readTotals({ meta }).last + 1);
    meta.putSync('format', format);
  }
  return found;
};

const build = async (root: RootDatabase<unknown, string>, path: string): Promise<Environment> => {
  const stats = (): Stats => root.getStats() as Stats;
  const room = createRoom(path, () => (stats().lastPageNumber + 1) * stats().pageSize);
  const environment = {
    events: root.openDB<Buffer<ArrayBuffer>, number>('events', { encoding: 'binary' }),
    meta: root.openDB<unknown, string>('meta', { encoding: 'json' }),
    async transaction<T>(task: () => T): Promise<T> {
      try {
        // A child transaction, since only these are rolled back when the task throws.
        return await root.childTransaction(() => {
          room.begin();
          return task();
        });
      } catch (error) {
        throw await commitErrorOf(error);
      }
    },
    takeRoom: room.take,
    commits: () => stats().lastTxnId,
    async close() {
      room.close();
      await root.close();
    },
  };
  // A process that was killed while it read leaves its reader slot behind, and its pages are not used again.
  (root as unknown as { readerCheck(): number }).readerCheck();
  const found = await environment.transaction(() => upgrade(environment));
  if (found > format) {
    throw new NitkaError('storage_failed', `the queue ${path} was written by a newer version of @nitka/node`);
  }
  return { ...environment, checkedFrom: environment.meta.get('checkedFrom') as number };
};

/**
 * @param path of the file
 * @throws NitkaError `storage_failed`
 */
export const openEnvironment = async (path: string): Promise<Environment> => {
  const root = await openLmdb(path);
  try {
    return await build(root, path);
  } catch (error) {
    await root.close();
    throw error;
  }
};
