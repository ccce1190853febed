import type { Database } from 'lmdb';
import { decodeChunk, isAccepted } from './chunk.ts';
import type { SpoolChunk } from './spool.ts';
import type { StoredChunks } from './stored-chunks.ts';

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

export const createEntries = (
  events: Database<Buffer, number>,
  { walk, bytesOf }: StoredChunks,
  head: () => number,
): Entries => ({
  first() {
    for (const key of events.getKeys({ limit: 1 })) return key;
    return head();
  },
  receivedAt(sequence) {
    for (const stored of walk(sequence, sequence + 1)) {
      if (stored.key + stored.count > sequence) return decodeChunk(bytesOf(stored)).meta.receivedAt;
    }
    return null;
  },
  read(from, to) {
    const found: SpoolChunk[] = [];
    for (const stored of walk(from, to)) {
      if (stored.key + stored.count > from)
        found.push({ first: stored.key, chunk: decodeChunk(bytesOf(stored)) });
    }
    return found;
  },
  extent(from, take) {
    let end = from;
    for (const { key, count, size } of walk(from)) {
      if (key + count <= from) continue;
      if (!take(size, count)) break;
      end = key + count;
    }
    return end;
  },
  countInto(counts, from, to) {
    for (const stored of walk(from, to)) {
      const { key, count, head } = stored;
      const end = key + count;
      if (end <= from) continue;
      const inside =
        key >= from && end <= to
          ? head.accepted
          : decodeChunk(bytesOf(stored))
              .entries.slice(Math.max(from - key, 0), to - key)
              .filter(isAccepted).length;
      counts.set(head.source, (counts.get(head.source) ?? 0) + inside);
    }
  },
});
