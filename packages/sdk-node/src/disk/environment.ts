import { mkdir } from 'node:fs/promises';
import { NitkaError } from '@nitka/core';
import type { Database, RootDatabase } from 'lmdb';
import { createReserve } from './reserve.ts';
import { isNoRoom } from './storage-error.ts';

/** Counts of what the queue holds, kept in the transaction that changes it. */
export interface Totals {
  readonly count: number;
  readonly bytes: number;
  /** Highest key ever given. */
  readonly last: number;
}

export interface Environment {
  readonly folder: string;
  /** Key, growing → the time of the first call (8 bytes, float64 LE) and the events, joined as batch-text.ts says. */
  readonly events: Database<Buffer<ArrayBuffer>, number>;
  /** Format, totals, the sender's lease, imported spill files. */
  readonly meta: Database<unknown, string>;
  /** Runs a task in one transaction: all or nothing, and on disk once the promise resolves. */
  transaction<T>(task: () => T): Promise<T>;
  /** The same for a task without which the queue cannot get shorter: on a full disk it takes the reserve. */
  urgent<T>(task: () => T): Promise<T>;
  close(): Promise<void>;
}

/** Raised with every change that an older program would misread: 1 had one event a record, and reads as it is. */
const format = 2;

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

/** What LMDB says of a file that it did not write, or of a folder that it may not write to. */
const openFailed = (folder: string, cause: unknown): NitkaError =>
  new NitkaError(
    'storage_failed',
    `the queue in ${folder} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );

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
 *
 * @throws NitkaError `storage_failed`
 */
export const openEnvironment = async (folder: string): Promise<Environment> => {
  const { open } = await loadLmdb();
  const reserve = createReserve(folder);
  let root: RootDatabase<unknown, string>;
  try {
    // The events hold personal data.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    root = open<unknown, string>({
      path: `${folder}/queue.mdb`,
      overlappingSync: false,
      eventTurnBatching: false,
      encoding: 'json',
      maxDbs: 4,
    });
  } catch (cause) {
    throw openFailed(folder, cause);
  }
  const transaction = async <T>(task: () => T): Promise<T> => {
    try {
      // A child transaction, since only these are rolled back when the task throws.
      return await root.childTransaction(task);
    } catch (error) {
      throw await commitErrorOf(error);
    }
  };
  const environment: Environment = {
    folder,
    transaction,
    async urgent(task) {
      try {
        return await transaction(task);
      } catch (error) {
        if (!isNoRoom(error) || !(await reserve.spend())) throw error;
      }
      const result = await transaction(task);
      void reserve.fill();
      return result;
    },
    events: root.openDB<Buffer<ArrayBuffer>, number>('events', { encoding: 'binary' }),
    meta: root.openDB<unknown, string>('meta', { encoding: 'json' }),
    close: () => root.close(),
  };
  try {
    // A process that was killed while it read leaves its reader slot behind, and its pages are not used again.
    (root as unknown as { readerCheck(): number }).readerCheck();
    const found = await environment.transaction(() => {
      const known = environment.meta.get('format') as number | undefined;
      if ((known ?? 0) < format) environment.meta.putSync('format', format);
      return known ?? format;
    });
    if (found > format) {
      throw new NitkaError(
        'storage_failed',
        `the queue in ${folder} was written by a newer version of @nitka/node`,
      );
    }
  } catch (cause) {
    await root.close();
    throw cause instanceof NitkaError ? cause : openFailed(folder, cause);
  }
  await reserve.fill();
  return environment;
};
