import type { Cluster } from './cluster.ts';
import { boundsOf, committedRecords, readBatches } from './partition-log.ts';
import type { TopicPlace } from './topics.ts';
import type { KafkaMessage } from './transactions.ts';

export interface Notes<T> {
  /** The note that was committed last, or null. Only between transactions of its writer. */
  read(): Promise<T | null>;
  /** The note as a message: it goes into the transaction of what it is about. */
  note(value: T): KafkaMessage;
}

/** The notes of one writer in a compacted topic, of which the brokers keep the last. */
export const createNotes = <T>(
  cluster: Cluster,
  { name, partitions }: TopicPlace,
  writer: string,
): Notes<T> => {
  const key = Buffer.from(writer);
  const partition = (cluster.kafka.murmur2(key) & 0x7fffffff) % partitions;

  return {
    async read() {
      const { start, end } = await boundsOf(cluster, name, partition);
      // The last note of a writer lies near the end, unless it has written nothing for long.
      for (let depth = 512n; ; depth *= 32n) {
        const from = end - depth > start ? end - depth : start;
        const batches = await readBatches(cluster, name, partition, { start: from, end });
        const last = committedRecords(cluster, batches)
          .filter((record) => record.key?.equals(key))
          .at(-1);
        if (last?.value) return JSON.parse(last.value.toString('utf8')) as T;
        if (from === start) return null;
      }
    },
    note: (value) => ({
      topic: name,
      partition,
      key,
      value: Buffer.from(JSON.stringify(value)),
      headers: new Map(),
      timestamp: BigInt(Date.now()),
    }),
  };
};
