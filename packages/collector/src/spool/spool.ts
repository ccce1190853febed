import { mkdirSync } from 'node:fs';
import { NitkaError } from '@nitka/core';
import { v7 } from 'uuid';
import { balance, createLedger } from '../ledger.ts';
import type { Ledger, LedgerLine } from '../ledger.ts';
import { decodeChunk, encodeChunk, isAccepted, readChunkHead } from './chunk.ts';
import type { Chunk, Entry } from './chunk.ts';
import { openEnvironment } from './environment.ts';
import { createGroupCommit } from './group-commit.ts';
import { createRejects } from './rejects.ts';
import type { Rejects } from './rejects.ts';
import { seenKey } from './seen.ts';

export interface AppendResult {
  /** Events that were accepted before, this request's own repeats included. */
  readonly duplicates: number;
}

export interface SpoolChunk {
  /** Sequence number of the first entry; the others follow. */
  readonly first: number;
  readonly chunk: Chunk;
}

/** What one destination has taken. Everything before `next` is settled. */
export interface Cursor {
  readonly next: number;
  /** Ranges [from, to) that were fixed before they were sent, in order. */
  readonly ranges: readonly (readonly [number, number])[];
}

export interface Spool {
  /** Made with the spool: batch ids of two spools never meet. */
  readonly id: string;
  readonly ledger: Ledger;
  readonly rejects: Rejects;
  /** Resolves once the entries are on disk. Rejects with `spool_full` or `internal_error`, and then nothing was kept. */
  append(chunk: Chunk): Promise<AppendResult>;
  /** Runs writes in the shared transaction; resolves once they are on disk. */
  transact<T>(write: () => T): Promise<T>;
  /** The sequence number that the next entry will get. */
  head(): number;
  /** Chunks that hold entries from `from` to before `to`, in order. */
  read(from: number, to: number): SpoolChunk[];
  /** The end of the entries from `from` on, chunk by chunk, until `take` says no. Reads heads only. */
  extent(from: number, take: (bytes: number, entries: number) => boolean): number;
  cursor(destination: string): Cursor;
  /** Only inside a transaction. */
  saveCursor(destination: string, cursor: Cursor): void;
  /** Removes what every one of `destinations` has taken. Only inside a transaction. */
  release(destinations: readonly string[]): void;
  /** Events that wait for a destination, by source. Reads heads only. */
  pending(destination: string): Map<string, number>;
  /** The books as they are on disk: the counts in memory run ahead of a transaction that is on its way. */
  books(destinations: readonly string[]): LedgerLine[];
  /** Entries that a destination has not taken yet, rejects included. */
  lag(destination: string): number;
  waitingBytes(): number;
  close(): Promise<void>;
}

export interface SpoolOptions {
  readonly folder: string;
  /** Told of a failed transaction, for the log. */
  readonly onError?: (error: unknown) => void;
}

/** ENOSPC, EFBIG, EDQUOT, MDB_MAP_FULL; and EIO, as which LMDB reports a write that fits only in part (mdb_page_flush). */
const noSpace = new Set<unknown>([28, 27, 122, -30792, 5]);

/** LMDB's own reason waits in a second promise (lmdb/write.js, rejectCommit). */
const reasonOf = async (error: unknown): Promise<unknown> => {
  const { commitError } = (error ?? {}) as { commitError?: Promise<unknown> };
  return commitError
    ? commitError.then(
        () => error,
        (reason: unknown) => reason,
      )
    : error;
};

const codedError = (reason: unknown): NitkaError => {
  const full = noSpace.has((reason as { code?: unknown } | null | undefined)?.code);
  return new NitkaError(full ? 'spool_full' : 'internal_error', undefined, { cause: reason });
};

export const openSpool = ({ folder, onError }: SpoolOptions): Spool => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const environment = openEnvironment(folder);
  const { addSeen, events, meta } = environment;
  if (!meta.get('id')) meta.putSync('id', v7());
  const ledger = createLedger(meta);
  const rejects = createRejects(environment);
  const savedHead = (): number => (meta.get('head') as number | undefined) ?? 1;
  /** Valid inside a transaction: other threads append, too. */
  let head = 0;

  const transaction = (task: () => void): Promise<void> =>
    environment.transaction(() => {
      head = savedHead();
      const before = head;
      ledger.forget();
      task();
      ledger.save();
      ledger.forget();
      if (head !== before) meta.putSync('head', head);
    });

  const group = createGroupCommit(transaction, async (error) => {
    const reason = await reasonOf(error);
    onError?.(reason);
    return codedError(reason);
  });

  const isNew = (entry: Entry): boolean => !isAccepted(entry) || addSeen(seenKey(entry.columns.messageId));

  const append = (chunk: Chunk): Promise<AppendResult> => {
    const bytes = encodeChunk(chunk);
    return group.submit(() => {
      const fresh = chunk.entries.filter(isNew);
      const duplicates = chunk.entries.length - fresh.length;
      if (fresh.length > 0) {
        events.putSync(head, duplicates === 0 ? bytes : encodeChunk({ meta: chunk.meta, entries: fresh }), {
          append: true,
        });
        head += fresh.length;
      }
      const counts = ledger.edit(chunk.meta.source);
      counts.accepted += chunk.entries.length;
      counts.duplicate += duplicates;
      for (const entry of fresh) {
        if (isAccepted(entry)) continue;
        counts.rejected += 1;
        rejects.add({
          ...entry,
          source: chunk.meta.source,
          receivedAt: chunk.meta.receivedAt,
          destination: null,
        });
      }
      return { duplicates };
    }, bytes.length);
  };

  /** The chunk that holds `sequence`, or the first one behind it. */
  const chunkStart = (sequence: number): number => {
    for (const key of events.getKeys({ start: sequence, reverse: true, limit: 1 })) return key;
    return sequence;
  };

  const cursor = (destination: string): Cursor => {
    const saved = meta.get(`cursor:${destination}`) as Cursor | undefined;
    if (saved) return saved;
    for (const key of events.getKeys({ limit: 1 })) return { next: key, ranges: [] };
    return { next: savedHead(), ranges: [] };
  };

  const pending = (destination: string): Map<string, number> => {
    const counts = new Map<string, number>();
    const { next } = cursor(destination);
    for (const { key, value } of events.getRange({ start: chunkStart(next) })) {
      const { source, accepted, rejected } = readChunkHead(value);
      if (key + accepted + rejected <= next) continue;
      const rest =
        key >= next
          ? accepted
          : decodeChunk(Buffer.from(value))
              .entries.slice(next - key)
              .filter(isAccepted).length;
      counts.set(source, (counts.get(source) ?? 0) + rest);
    }
    return counts;
  };

  return {
    id: meta.get('id') as string,
    ledger,
    rejects,
    append,
    transact: (write) => group.submit(write),
    head: savedHead,
    read(from, to) {
      const found: SpoolChunk[] = [];
      for (const { key, value } of events.getRange({ start: chunkStart(from), end: to })) {
        const { accepted, rejected } = readChunkHead(value);
        // The value lies in the memory map, which the next read may move.
        if (key + accepted + rejected > from)
          found.push({ first: key, chunk: decodeChunk(Buffer.from(value)) });
      }
      return found;
    },
    extent(from, take) {
      let end = from;
      for (const { key, value } of events.getRange({ start: chunkStart(from) })) {
        const { accepted, rejected } = readChunkHead(value);
        const count = accepted + rejected;
        if (key + count <= from) continue;
        if (!take(value.length, count)) break;
        end = key + count;
      }
      return end;
    },
    cursor,
    saveCursor(destination, value) {
      meta.putSync(`cursor:${destination}`, value);
    },
    release(destinations) {
      if (destinations.length === 0) return;
      const settled = Math.min(...destinations.map((name) => cursor(name).next));
      const keys = [...events.getKeys({ end: settled })];
      // The last one may reach beyond what is settled, while its range is being halved.
      const whole = settled === head || events.doesExist(settled) ? keys : keys.slice(0, -1);
      for (const key of whole) events.removeSync(key);
    },
    pending,
    books: (destinations) => balance(ledger.read(), destinations, pending),
    lag: (destination) => savedHead() - cursor(destination).next,
    waitingBytes: group.waitingBytes,
    async close() {
      await group.idle();
      await environment.close();
    },
  };
};
