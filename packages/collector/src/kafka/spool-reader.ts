import { decodeChunk } from '../spool/chunk.ts';
import type { SpoolChunk } from '../spool/spool.ts';
import type { Cluster } from './cluster.ts';
import { committedRecords, endOf, fetchBatches } from './partition-log.ts';
import { entriesPerMessage } from './spool-messages.ts';

/** A chunk with the sequence number of its first entry: offset of its message times `entriesPerMessage`. */
export interface PlacedChunk extends SpoolChunk {
  readonly bytes: number;
}

export const sequenceOf = (offset: bigint): number => Number(offset) * entriesPerMessage;
/** Offset of the message that an entry is in. */
export const offsetOf = (sequence: number): bigint => BigInt(Math.floor(sequence / entriesPerMessage));

export interface ReadResult {
  readonly chunks: readonly PlacedChunk[];
  /** Sequence number up to which everything has been read. */
  readonly end: number;
  /** Offset of the end of the partition. */
  readonly head: bigint;
}

const fetchBytes = 4_000_000;

/** What there is of a partition from a sequence number on, at least one chunk if there is any within `maxWait` milliseconds. */
export const fetchChunks = async (
  cluster: Cluster,
  topic: string,
  partition: number,
  from: number,
  maxWait: number,
): Promise<ReadResult> => {
  const { batches, highWatermark } = await fetchBatches(cluster, topic, partition, offsetOf(from), {
    maxBytes: fetchBytes,
    maxWait,
  });
  const last = batches.at(-1);
  const chunks = committedRecords(cluster, batches, offsetOf(from)).flatMap(({ offset, value }) =>
    value === null ? [] : [{ first: sequenceOf(offset), chunk: decodeChunk(value), bytes: value.length }],
  );
  return { chunks, end: last ? sequenceOf(endOf(last)) : from, head: highWatermark };
};

/** All chunks from one sequence number to before another, less what the topic has no more. */
export async function* readChunks(
  cluster: Cluster,
  topic: string,
  partition: number,
  { from, to, start }: { readonly from: number; readonly to: number; readonly start: bigint },
): AsyncGenerator<ReadResult> {
  let at = Math.max(from, sequenceOf(start));
  while (at < to) {
    const read = await fetchChunks(cluster, topic, partition, at, 1000);
    if (read.end <= at) throw new Error(`${topic} gives nothing at offset ${offsetOf(at)}`);
    at = read.end;
    yield {
      chunks: read.chunks.filter(({ first }) => first < to),
      end: Math.min(read.end, to),
      head: read.head,
    };
  }
}
