import type { KafkaRecord, RecordsBatch } from '@platformatic/kafka';
import type { Cluster } from './cluster.ts';

export interface PartitionBounds {
  /** Offset of the first record that is still there. */
  readonly start: bigint;
  /** Offset that the next record will get. */
  readonly end: bigint;
}

export interface LogRecord extends Pick<KafkaRecord, 'key' | 'value' | 'headers'> {
  readonly offset: bigint;
}

const earliest = -2n;
const latest = -1n;
/** READ_UNCOMMITTED: who is to see what is decided here. */
const everything = 0;
/** A fetch that stands alone: https://kafka.apache.org/protocol#The_Messages_Fetch */
const noSession = { id: 0, epoch: -1 };

const askOffset = async (
  cluster: Cluster,
  topic: string,
  partition: number,
  timestamp: bigint,
): Promise<bigint> => {
  const connection = await cluster.leader(topic, partition);
  const partitions = [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp }];
  const { topics } = await cluster.kafka.listOffsetsV7.api.async(connection, -1, everything, [
    { name: topic, partitions },
  ]);
  return topics[0]!.partitions[0]!.offset;
};

export const boundsOf = async (
  cluster: Cluster,
  topic: string,
  partition: number,
): Promise<PartitionBounds> => {
  const [start, end] = await Promise.all([
    askOffset(cluster, topic, partition, earliest),
    askOffset(cluster, topic, partition, latest),
  ]);
  return { start, end };
};

/** The offset of the first record that a broker has had since then, milliseconds since 1970; null if there is none. */
export const offsetAt = async (
  cluster: Cluster,
  topic: string,
  partition: number,
  time: number,
): Promise<bigint | null> => {
  const offset = await askOffset(cluster, topic, partition, BigInt(Math.floor(time)));
  return offset < 0n ? null : offset;
};

export interface FetchOptions {
  readonly maxBytes: number;
  /** Milliseconds that the broker waits for something new. */
  readonly maxWait: number;
}

export interface Fetched {
  readonly batches: RecordsBatch[];
  /** Offset that the next record will get, as far as every in-sync replica knows. */
  readonly highWatermark: bigint;
}

/** The batches that hold records from `offset` on; the first may begin before it. None if there is nothing new. */
export const fetchBatches = async (
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: bigint,
  { maxBytes, maxWait }: FetchOptions,
): Promise<Fetched> => {
  const connection = await cluster.leader(topic, partition);
  const position = {
    partition,
    fetchOffset: offset,
    partitionMaxBytes: maxBytes,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
  };
  const { responses } = await cluster.kafka.fetchV12.api.async(
    connection,
    maxWait,
    1,
    maxBytes,
    everything,
    noSession.id,
    noSession.epoch,
    // In this version a topic goes by its name.
    [{ topicId: topic, partitions: [position] }],
    [],
    '',
  );
  const found = responses[0]?.partitions[0];
  return { batches: found?.records ?? [], highWatermark: found?.highWatermark ?? offset };
};

/** The offset after a batch. */
export const endOf = ({ firstOffset, lastOffsetDelta }: RecordsBatch): bigint =>
  firstOffset + BigInt(lastOffsetDelta) + 1n;

/** All batches from `from` to before `to`. Throws if they do not come. */
export const readBatches = async (
  cluster: Cluster,
  topic: string,
  partition: number,
  { start: from, end: to }: PartitionBounds,
): Promise<RecordsBatch[]> => {
  const found: RecordsBatch[] = [];
  let at = from;
  while (at < to) {
    const { batches } = await fetchBatches(cluster, topic, partition, at, {
      maxBytes: 4_000_000,
      maxWait: 1000,
    });
    const last = batches.at(-1);
    if (!last || endOf(last) <= at) throw new Error(`${topic} gives nothing at offset ${at} of ${to}`);
    found.push(...batches);
    at = endOf(last);
  }
  return found;
};

/** Type of a control record, the second number of its key: https://kafka.apache.org/documentation/#controlbatch */
const aborts = ({ records }: RecordsBatch): boolean => records[0]?.key?.readInt16BE(2) === 0;

/**
 * The records of batches in order, less those of transactions that were aborted. A transaction without an end in them counts as
 * committed: the caller knows that none is open. (The client's own consumer trips over several aborted transactions of one producer,
 * https://github.com/platformatic/kafka/issues/391.)
 */
export const committedRecords = (
  { kafka }: Pick<Cluster, 'kafka'>,
  batches: readonly RecordsBatch[],
  from = 0n,
): LogRecord[] => {
  const committed: LogRecord[][] = [];
  /** Of each producer, what waits for the end of its transaction. */
  const open = new Map<bigint, number[]>();
  for (const batch of batches) {
    const { producerId, attributes, firstOffset } = batch;
    if ((attributes & kafka.IS_CONTROL) !== 0) {
      if (aborts(batch)) for (const at of open.get(producerId) ?? []) committed[at] = [];
      open.delete(producerId);
      continue;
    }
    if ((attributes & kafka.IS_TRANSACTIONAL) !== 0) {
      open.set(producerId, [...(open.get(producerId) ?? []), committed.length]);
    }
    committed.push(
      batch.records
        .map((record) => ({ ...record, offset: firstOffset + BigInt(record.offsetDelta) }))
        .filter(({ offset }) => offset >= from),
    );
  }
  return committed.flat();
};
