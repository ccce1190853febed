import type { Database } from 'lmdb';
import { decodeChunk, isAccepted, readChunkHead } from './chunk.ts';
import type { SpoolChunk } from './spool.ts';
import { walkChunks } from './walk.ts';

/** The reading side of the spool. Entries have sequence numbers; chunks of them lie under the number of their first. */
export interface Entries {
  /** The sequence number of the oldest entry that is kept. */
  first(): number;
  /** When the request that brought an entry came, milliseconds since 1970; null if the entry is gone. */
  receivedAt(sequence: number): number | null;
  /** Chunks that hold entries from `from` to before `to`, in order. */
  read(from: number, to: number): SpoolChunk[];
  /** The end of the entries from `from` on, chunk by chunk, until `take` says no. Reads heads only. */
  extent(from: number, take: (bytes: number, entries: number) => boolean): number;
  /** Adds the events from `from` to before `to`, by source. Reads heads only, but for the chunks at the ends. */
  countInto(counts: Map<string, number>, from: number, to: number): void;
}

export const createEntries = (events: Database<Buffer, number>, head: () => number): Entries => ({
  first() {
    for (const key of events.getKeys({ limit: 1 })) return key;
    return head();
  },
  receivedAt(sequence) {
    for (const { key, value } of events.getRange({ start: sequence, reverse: true, limit: 1 })) {
      const { meta, entries } = decodeChunk(Buffer.from(value));
      if (key + entries.length > sequence) return meta.receivedAt;
    }
    return null;
  },
  read(from, to) {
    const found: SpoolChunk[] = [];
    for (const { key, value } of walkChunks(events, from, to)) {
      const { accepted, rejected } = readChunkHead(value);
      if (key + accepted + rejected > from)
        found.push({ first: key, chunk: decodeChunk(Buffer.from(value)) });
    }
    return found;
  },
  extent(from, take) {
    let end = from;
    for (const { key, value } of walkChunks(events, from)) {
      const { accepted, rejected } = readChunkHead(value);
      const count = accepted + rejected;
      if (key + count <= from) continue;
      if (!take(value.length, count)) break;
      end = key + count;
    }
    return end;
  },
  countInto(counts, from, to) {
    for (const { key, value } of walkChunks(events, from, to)) {
      const { source, accepted, rejected } = readChunkHead(value);
      const end = key + accepted + rejected;
      if (end <= from) continue;
      const inside =
        key >= from && end <= to
          ? accepted
          : decodeChunk(Buffer.from(value))
              .entries.slice(Math.max(from - key, 0), to - key)
              .filter(isAccepted).length;
      counts.set(source, (counts.get(source) ?? 0) + inside);
    }
  },
});
