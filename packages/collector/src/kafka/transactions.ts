import type { Connection, NumericMap } from '@platformatic/kafka';
import type { Cluster } from './cluster.ts';
import { protocolErrors } from './failure.ts';

export interface KafkaMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Map<Buffer, Buffer>;
  readonly timestamp: bigint;
}

export interface TransactionsOptions {
  /** Of two writers with the same one, the older can write no more. */
  readonly transactionalId: string;
  readonly compression: 'none' | 'gzip';
  /** Milliseconds that the brokers wait for the end of a transaction before they abort it. */
  readonly timeout: number;
}

export interface Transactions {
  /**
   * Shuts out every writer of this id before it, and resolves once what that one left open has ended: committed if its commit had
   * begun, else aborted.
   */
  begin(): Promise<void>;
  /**
   * Writes the requests, each to one partition, all or nothing. After a failure nobody knows which of the two: `begin` has to come next.
   */
  commit(requests: readonly (readonly KafkaMessage[])[]): Promise<void>;
}

interface Session {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** By partition: the sequence number of the next message. */
  readonly sequences: NumericMap;
}

/** The coordinator is busy with the end of the transaction before, or has just begun its work. */
const busy = new Set([
  'CONCURRENT_TRANSACTIONS',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]);
const busyPause = 20;

const grouped = <T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
};

const placeOf = ({ topic, partition }: KafkaMessage): string => `${topic}:${partition}`;

/**
 * Transactions by the client's plain requests, in fixed versions. Its Producer names producer 0 when it starts, so that a second
 * session of an id is refused, and asks for AddPartitionsToTxn in a version that is for brokers and needs their right (producer.js,
 * initIdempotentProducer; KIP-890).
 */
export const createTransactions = (
  cluster: Cluster,
  { transactionalId, compression, timeout }: TransactionsOptions,
): Transactions => {
  const { kafka } = cluster;
  let session: Session | null = null;

  /** Asks the coordinator until it has time. */
  const coordinate = async <T>(ask: (connection: Connection) => Promise<T>): Promise<T> => {
    const until = Date.now() + timeout;
    for (;;) {
      try {
        return await ask(await cluster.transactionCoordinator(transactionalId));
      } catch (error) {
        if (!protocolErrors(error).some((name) => busy.has(name)) || Date.now() > until) throw error;
        cluster.forget();
        await new Promise((resolve) => setTimeout(resolve, busyPause));
      }
    }
  };

  const addPartitions = (
    { producerId, producerEpoch }: Session,
    messages: readonly KafkaMessage[],
  ): Promise<unknown> => {
    const topics = [...grouped(messages, ({ topic }) => topic)].map(([name, own]) => ({
      name,
      partitions: [...new Set(own.map(({ partition }) => partition))],
    }));
    const transaction = { transactionalId, producerId, producerEpoch, verifyOnly: false, topics };
    return coordinate((connection) => kafka.addPartitionsToTxnV3.api.async(connection, [transaction]));
  };

  /** Requests of one partition, one after the other. */
  const write = async (
    { producerId, producerEpoch, sequences }: Session,
    requests: readonly (readonly KafkaMessage[])[],
  ): Promise<void> => {
    for (const messages of requests) {
      const [{ topic, partition } = { topic: '', partition: 0 }] = messages;
      const connection = await cluster.leader(topic, partition);
      await kafka.produceV9.api.async(connection, kafka.ProduceAcks.ALL, timeout, [...messages], {
        producerId,
        producerEpoch,
        transactionalId,
        compression,
        sequences,
      });
      sequences.postIncrement(`${topic}:${partition}`, messages.length, 0);
    }
  };

  return {
    async begin() {
      session = null;
      // No producer id of its own: the coordinator gives the one of this transactional id, in the next epoch.
      const { producerId, producerEpoch } = await coordinate((connection) =>
        kafka.initProducerIdV4.api.async(connection, transactionalId, timeout, -1n, -1),
      );
      session = { producerId, producerEpoch, sequences: new kafka.NumericMap() };
    },
    async commit(requests) {
      const own = session;
      if (!own) throw new Error('a transaction without a beginning');
      session = null;
      await addPartitions(
        own,
        requests.flatMap(([first]) => (first ? [first] : [])),
      );
      const lanes = grouped(requests, ([first]) => (first ? placeOf(first) : ''));
      await Promise.all([...lanes.values()].map((lane) => write(own, lane)));
      await coordinate((connection) =>
        kafka.endTxnV3.api.async(connection, transactionalId, own.producerId, own.producerEpoch, true),
      );
      session = own;
    },
  };
};
