import { randomBytes } from 'node:crypto';
import * as kafka from '@platformatic/kafka';
import { createCluster } from '../../src/kafka/cluster.ts';
import type { Cluster } from '../../src/kafka/cluster.ts';
import { boundsOf, committedRecords, readBatches } from '../../src/kafka/partition-log.ts';

export interface TextMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly partition: number;
}

export const openCluster = (broker: string): Cluster =>
  createCluster(kafka, { brokers: [broker], tls: false, sasl: null, timeoutSeconds: 10 });

/** All that a reader of committed messages sees in a topic. */
export const messagesOf = async (broker: string, topic: string): Promise<TextMessage[]> => {
  const cluster = openCluster(broker);
  const found: TextMessage[] = [];
  const { partitions } = await cluster.topic(topic);
  for (let partition = 0; partition < partitions; partition += 1) {
    const batches = await readBatches(cluster, topic, partition, await boundsOf(cluster, topic, partition));
    for (const { key, value, headers } of committedRecords(cluster, batches)) {
      const texts = headers.map(([name, text]) => [String(name), String(text)] as const);
      found.push({ key: String(key), value: String(value), headers: new Map(texts), partition });
    }
  }
  await cluster.close();
  return found;
};

/** A prefix for topics that nobody else has. */
export const freshName = (): string => `t-${randomBytes(6).toString('hex')}`;

/** The config of a spool in topics that have the name in theirs. */
export const kafkaSpool = (broker: string, name: string, partitions: number) => ({
  kafka: {
    brokers: [broker],
    topic: `${name}-spool`,
    cursorsTopic: `${name}-cursors`,
    group: name,
    create: { partitions, replicas: 1 },
    minInsyncReplicas: 1,
    timeoutSeconds: 5,
  },
});
