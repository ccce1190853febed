import type { Ledger, LedgerLine } from '../ledger.ts';
import type { Chunk } from './chunk.ts';
import type { EncodedChunk } from './encoded.ts';
import type { Entries } from './entries.ts';
import type { Notes } from './notes.ts';
import type { AppendOptions, EarlierId } from './options.ts';
import type { Packed, PageOptions } from './packed.ts';
import type { Purged, PurgeRequest } from './purge.ts';
import type { RangeNotes } from './range-notes.ts';
import type { Range } from './ranges.ts';
import type { Rejects } from './rejects.ts';
import type { Repairs } from './repairs.ts';

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
  /** Takes into the index what was appended: until then nobody reads it. Resolves once all of it is. */
  settle(): Promise<void>;
  /** What is read from now on has what other threads have written: LMDB shows one state for a whole turn of the event loop. */
  refresh(): void;
  /** Tells followers how far the log goes. */
  readonly written: SharedArrayBuffer;
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
  readonly rangeNotes: RangeNotes;
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
