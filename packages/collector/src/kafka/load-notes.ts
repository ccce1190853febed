import type { Cluster } from './cluster.ts';
import { boundsOf, committedRecords, readBatches } from './partition-log.ts';
import type { KafkaMessage } from './transactions.ts';

/** Loads that a writer remembers. The forwarder repeats none but the last. */
const remembered = 16;

export interface LoadNotes {
  /** The loads of this writer that were committed last. Only between transactions of it. */
  read(): Promise<string[]>;
  /** The note that goes into the transaction of a load, with those before it. */
  note(loads: readonly string[]): KafkaMessage;
}

/**
 * Which loads were committed: a small record a load in a compacted topic, under the writer's id, in the transaction of the load's rows. It
 * answers the question that a lost answer leaves.
 */
export const createLoadNotes = (
  cluster: Cluster,
  topic: string,
  partitions: number,
  writerId: string,
): LoadNotes => {
  const key = Buffer.from(writerId);
  const partition = (cluster.kafka.murmur2(key) & 0x7fffffff) % partitions;

  return {
    async read() {
      const { start, end } = await boundsOf(cluster, topic, partition);
      // The last note of a writer lies near the end, unless it has written nothing for long.
      for (let depth = 512n; ; depth *= 32n) {
        const from = end - depth > start ? end - depth : start;
        const batches = await readBatches(cluster, topic, partition, { start: from, end });
        const last = committedRecords(cluster, batches)
          .filter((record) => record.key?.equals(key))
          .at(-1);
        if (last?.value) return (JSON.parse(last.value.toString('utf8')) as { loads: string[] }).loads;
        if (from === start) return [];
      }
    },
    note: (loads) => ({
      topic,
      partition,
      key,
      value: Buffer.from(JSON.stringify({ loads: loads.slice(-remembered) })),
      headers: new Map(),
      timestamp: BigInt(Date.now()),
    }),
  };
};
