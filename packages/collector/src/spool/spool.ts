import { join } from 'node:path';
import { v7 } from 'uuid';
import { balance, createLedger } from '../ledger.ts';
import type { Ledger, LedgerLine } from '../ledger.ts';
import { makeFolder } from '../make-folder.ts';
import { decodeChunk, encodeChunk, encodeChunkOnce, isAccepted, readChunkHead } from './chunk.ts';
import type { Chunk } from './chunk.ts';
import { encode, giveBack, isReject } from './encoded.ts';
import type { EncodedChunk } from './encoded.ts';
import { codedError, reasonOf } from './commit-failure.ts';
import { createEntries } from './entries.ts';
import type { Entries } from './entries.ts';
import { openEnvironment } from './environment.ts';
import { createGroupCommit } from './group-commit.ts';
import { createNotes } from './notes.ts';
import type { Notes } from './notes.ts';
import { createPurge } from './purge.ts';
import type { Purged, PurgeRequest } from './purge.ts';
import { readPages } from './packed.ts';
import type { Packed, PageOptions } from './packed.ts';
import type { Range } from './ranges.ts';
import type { AppendOptions, EarlierId, SpoolOptions } from './options.ts';
import { createRejects } from './rejects.ts';
import type { Rejects } from './rejects.ts';
import { createRepairs } from './repairs.ts';
import type { Repairs } from './repairs.ts';
import { createRetention } from './retention.ts';
import { createRoom } from './room.ts';
import { checkSeal, createSeal } from './seal.ts';
import { scrubFreePages } from './scrub.ts';
import { seenKey, seenKeyBytes } from './seen.ts';

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

export interface Spool extends Omit<Entries, 'countInto'> {
  /** Made with the spool: batch ids of two spools never meet. */
  readonly id: string;
  /** Ids that the spool had before it was restored: their batches hold entries before `until` only. */
  readonly earlierIds: readonly EarlierId[];
  readonly ledger: Ledger;
  readonly rejects: Rejects;
  readonly repairs: Repairs;
  /** Resolves once the entries are on disk. Rejects with `spool_full` or `internal_error`, and then nothing was kept. */
  append(chunk: Chunk, options?: AppendOptions): Promise<AppendResult>;
  /** The same for what another thread has encoded. */
  appendEncoded(encoded: EncodedChunk, options?: AppendOptions): Promise<AppendResult>;
  /** Runs writes in the shared transaction; resolves once they are on disk. */
  transact<T>(write: () => T): Promise<T>;
  /** The sequence number that the next entry will get. */
  head(): number;
  /** The entries from the one number to before the other, as they lie here. Throws if a chunk is not as it was written. */
  readPages(range: Range, options: PageOptions): Iterable<Packed>;
  cursor(destination: string): Cursor;
  /** Only inside a transaction. */
  saveCursor(destination: string, cursor: Cursor): void;
  /** Gives a destination that is new its place, and notes what it came too late for. Only inside a transaction. */
  enrol(destination: string): void;
  /** Puts an entry back that was removed, under its own number. Only inside a transaction. */
  putBack(sequence: number, chunk: Chunk): void;
  /** Events from `from` to before `to`, by source. */
  count(from: number, to: number): Map<string, number>;
  /** True if an event with this id was accepted. */
  knows(messageId: string): boolean;
  /** An event with this id is a repeat from now on. Only inside a transaction. */
  remember(messageId: string): void;
  /** A new id, from the head on: batches of the old one may hold other entries under the numbers that follow. Only inside a transaction. */
  renew(): void;
  /** Copies all of it as of one moment into another folder, while it is in use. */
  backup(folder: string): Promise<void>;
  readonly notes: Notes;
  /** Takes a person's entries and rejects out. Only while nothing is being loaded. */
  purge(request: PurgeRequest): Promise<Purged>;
  /** Overwrites what was taken out. */
  scrub(): Promise<void>;
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

/** What the indexes take on top of an entry's own bytes, generously: with ids in no order each may touch a page of its own. */
const indexBytes = 1024;

/** A chunk's bytes less some of its entries. */
const without = (bytes: Buffer, indexes: ReadonlySet<number>): Buffer => {
  const { meta, entries } = decodeChunk(bytes);
  return encodeChunkOnce({ meta, entries: entries.filter((_, index) => !indexes.has(index)) });
};

export const openSpool = ({ folder, keepMilliseconds = 0, now = Date.now, onError }: SpoolOptions): Spool => {
  makeFolder(folder);
  const environment = openEnvironment(folder);
  const { addSeen, hasSeen, events, meta } = environment;
  const savedHead = (): number => (meta.get('head') as number | undefined) ?? 1;
  checkSeal(folder, meta.get('id') as string | undefined, savedHead());
  if (!meta.get('id')) meta.putSync('id', v7());
  const id = meta.get('id') as string;
  const seal = createSeal(folder);
  const room = createRoom(join(folder, 'data.mdb'), environment.usedBytes);
  environment.onGrowth(room.take);
  const ledger = createLedger(meta);
  const rejects = createRejects(environment);
  const repairs = createRepairs(meta);
  const { countInto, ...entries } = createEntries(events, savedHead);
  const { first, receivedAt } = entries;
  /** Valid inside a transaction: other threads append, too. */
  let head = 0;

  const transaction = async (task: () => void): Promise<void> => {
    let after = 0;
    await environment.transaction(() => {
      head = savedHead();
      const before = head;
      room.begin();
      ledger.forget();
      task();
      ledger.save();
      ledger.forget();
      if (head !== before) meta.putSync('head', head);
      after = head;
    });
    seal.write(id, after);
  };

  const group = createGroupCommit(transaction, async (error) => {
    const reason = await reasonOf(error);
    onError?.(reason);
    return codedError(reason);
  });

  /** Only what is written is kept while the transaction is waited for: objects of hundreds of requests would all be moved about. */
  const appendEncoded = (encoded: EncodedChunk, { replaces }: AppendOptions = {}): Promise<AppendResult> =>
    group.submit(() => put(encoded, replaces), encoded.bytes.length);

  const key = Buffer.alloc(seenKeyBytes);

  const put = (encoded: EncodedChunk, replaces: number | undefined): AppendResult => {
    const { bytes, keys } = encoded;
    const { source, rejected } = readChunkHead(bytes);
    const count = keys.length / seenKeyBytes;
    room.take(bytes.length + count * indexBytes);
    let repeats: Set<number> | null = null;
    for (let index = 0; index < count; index += 1) {
      if (rejected > 0 && isReject(encoded, index)) continue;
      // One key for all: a Buffer for each, which copy() makes as well, would be most of what this loop costs.
      for (let byte = 0; byte < seenKeyBytes; byte += 1) key[byte] = keys[index * seenKeyBytes + byte]!;
      if (!addSeen(key)) (repeats ??= new Set()).add(index);
    }
    const duplicates = repeats?.size ?? 0;
    const fresh = count - duplicates;
    if (fresh > 0) {
      events.putSync(head, repeats === null ? bytes : without(bytes, repeats), { append: true });
      head += fresh;
    }
    const counts = ledger.edit(source);
    counts.accepted += count;
    counts.duplicate += duplicates;
    if (replaces !== undefined && rejects.remove(replaces)) {
      counts.accepted -= 1;
      counts.rejected -= 1;
    }
    if (rejected > 0) counts.rejected += addRejects(decodeChunk(bytes));
    return { duplicates };
  };

  const addRejects = ({ meta: { source, receivedAt: at, serverVisitorId }, entries: all }: Chunk): number => {
    const refused = all.flatMap((entry) => (isAccepted(entry) ? [] : [entry]));
    for (const entry of refused) {
      rejects.add({
        ...entry,
        source,
        receivedAt: at,
        destination: null,
        ...(serverVisitorId !== null && { serverVisitorId }),
      });
    }
    return refused.length;
  };

  const cursor = (destination: string): Cursor =>
    (meta.get(`cursor:${destination}`) as Cursor | undefined) ?? { next: first(), ranges: [] };

  const pending = (destination: string): Map<string, number> => {
    const counts = new Map<string, number>();
    countInto(counts, cursor(destination).next, savedHead());
    for (const { from, to } of repairs.list(destination)) countInto(counts, from, to);
    return counts;
  };

  const keptFrom = createRetention({ first, head: savedHead, receivedAt }, keepMilliseconds, now);

  return {
    id,
    earlierIds: (meta.get('earlierIds') as EarlierId[] | undefined) ?? [],
    ledger,
    rejects,
    repairs,
    append(chunk, { replaces } = {}) {
      const encoded = encode(chunk);
      return group.submit(() => {
        try {
          return put(encoded, replaces);
        } finally {
          // LMDB has copied what it was given.
          giveBack(encoded);
        }
      }, encoded.bytes.length);
    },
    appendEncoded,
    transact: (write) => group.submit(write),
    ...entries,
    head: savedHead,
    readPages: (range, options) => readPages(events, range, options),
    cursor,
    saveCursor(destination, value) {
      meta.putSync(`cursor:${destination}`, value);
    },
    enrol(destination) {
      if (meta.get(`cursor:${destination}`) !== undefined) return;
      const waiting = pending(destination);
      meta.putSync(`cursor:${destination}`, cursor(destination));
      for (const [source, { accepted, duplicate, rejected }] of ledger.read()) {
        const missed = accepted - duplicate - rejected - (waiting.get(source) ?? 0);
        if (missed > 0) ledger.editLoaded(source, destination).earlier = missed;
      }
    },
    putBack(sequence, chunk) {
      if (receivedAt(sequence) === null) events.putSync(sequence, encodeChunk(chunk));
    },
    count(from, to) {
      const counts = new Map<string, number>();
      countInto(counts, from, to);
      return counts;
    },
    knows: (messageId) => hasSeen(seenKey(messageId)),
    remember: (messageId) => void addSeen(seenKey(messageId)),
    renew() {
      const earlier = (meta.get('earlierIds') as EarlierId[] | undefined) ?? [];
      meta.putSync('earlierIds', [...earlier, { id: meta.get('id') as string, until: savedHead() }]);
      meta.putSync('id', v7());
    },
    async backup(to) {
      makeFolder(to);
      await environment.root.backup(to, true);
    },
    release(destinations) {
      if (destinations.length === 0) return;
      const wanted = destinations.flatMap((name) => repairs.list(name).map(({ from }) => from));
      const settled = Math.min(...destinations.map((name) => cursor(name).next), ...wanted, keptFrom());
      const keys = [...events.getKeys({ end: settled })];
      // The last one may reach beyond what is settled, while its range is being halved.
      const whole = settled === head || events.doesExist(settled) ? keys : keys.slice(0, -1);
      for (const key of whole) events.removeSync(key);
    },
    notes: createNotes(meta),
    purge: createPurge({
      environment,
      ledger,
      rejects,
      repairs,
      cursor,
      transact: (write) => group.submit(write),
    }),
    scrub: () => scrubFreePages(environment, (write) => group.submit(write)),
    pending,
    books: (destinations) => balance(ledger.read(), destinations, pending),
    lag: (destination) => savedHead() - cursor(destination).next,
    waitingBytes: group.waitingBytes,
    async close() {
      await group.idle();
      seal.close();
      room.close();
      await environment.close();
    },
  };
};
