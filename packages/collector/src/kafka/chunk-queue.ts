import type { Cluster } from './cluster.ts';
import type { Range } from './cursor.ts';
import { boundsOf } from './partition-log.ts';
import { entriesPerMessage } from './spool-messages.ts';
import { fetchChunks, offsetOf, readChunks } from './spool-reader.ts';
import type { PlacedChunk } from './spool-reader.ts';

export interface Extent {
  readonly entries: number;
  readonly bytes: number;
  /** Where the last message that fits ends. */
  readonly end: number;
}

/** Chunks of a partition that were read and not yet loaded, so that each is fetched once while all goes well. */
export interface ChunkQueue {
  /** Reads on behind what is there; false if there is no more now. */
  fetch(from: number): Promise<boolean>;
  /** What fits into one load from `from` on, by whole messages. */
  extent(from: number, limits: { readonly maxEvents: number; readonly maxBytes: number }): Extent;
  /** The end of what was read. */
  end(): number;
  /** The chunks of a range. */
  read(range: Range): Promise<readonly PlacedChunk[]>;
  /** Where the message of the range's last entry ends. */
  endOf(chunks: readonly PlacedChunk[], to: number): number;
  /** The sequence number that halves the range's entries; its end if there is but one. */
  middle(chunks: readonly PlacedChunk[], range: Range): number;
  /** Messages that had not been loaded when the end of the partition was last seen. */
  behind(next: number | null): number;
  /** What is before is loaded. */
  drop(before: number): void;
  clear(): void;
}

const nextMessage = ({ first }: PlacedChunk): number => first + entriesPerMessage;

export const createChunkQueue = (cluster: Cluster, topic: string, partition: number): ChunkQueue => {
  let chunks: PlacedChunk[] = [];
  let end = 0;
  let head = 0n;

  return {
    async fetch(from) {
      const at = chunks.length > 0 ? end : from;
      const read = await fetchChunks(cluster, topic, partition, at, 0);
      head = read.head;
      chunks.push(...read.chunks);
      end = read.end;
      return read.end > at;
    },
    extent(from, { maxEvents, maxBytes }) {
      let entries = 0;
      let bytes = 0;
      let last = from;
      for (const chunk of chunks) {
        if (chunk.first < from) continue;
        const count = chunk.chunk.entries.length;
        if (entries > 0 && (entries + count > maxEvents || bytes + chunk.bytes > maxBytes)) break;
        entries += count;
        bytes += chunk.bytes;
        last = nextMessage(chunk);
      }
      return { entries, bytes, end: last };
    },
    end: () => end,
    async read([from, to]) {
      const inside = ({ first }: PlacedChunk): boolean => first + entriesPerMessage > from && first < to;
      if (chunks.length > 0 && chunks[0]!.first <= from && end >= to) return chunks.filter(inside);
      const found: PlacedChunk[] = [];
      const { start } = await boundsOf(cluster, topic, partition);
      const whole = { from: Number(offsetOf(from)) * entriesPerMessage, to, start };
      for await (const read of readChunks(cluster, topic, partition, whole)) found.push(...read.chunks);
      return found.filter(inside);
    },
    endOf: (own, to) => Math.max(to, ...own.slice(-1).map(nextMessage)),
    middle(own, [from, to]) {
      const sequences = own.flatMap(({ first, chunk }) => chunk.entries.map((_, at) => first + at));
      const inside = sequences.filter((sequence) => sequence >= from && sequence < to);
      return inside[Math.floor(inside.length / 2)] === inside[0]
        ? to
        : inside[Math.floor(inside.length / 2)]!;
    },
    behind(next) {
      if (next === null) return 0;
      // They go with the load that comes next.
      const empty = chunks.filter(({ first, chunk }) => first >= next && chunk.entries.length === 0).length;
      return Math.max(Number(head - offsetOf(next)) - empty, 0);
    },
    drop(before) {
      chunks = chunks.filter(({ first }) => first >= before);
    },
    clear() {
      chunks = [];
    },
  };
};
