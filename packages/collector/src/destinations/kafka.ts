import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCluster } from '../kafka/cluster.ts';
import type { Cluster, KafkaClient } from '../kafka/cluster.ts';
import { failureText, protocolErrors } from '../kafka/failure.ts';
import { createNotes } from '../kafka/notes.ts';
import { prepareTopics } from '../kafka/topics.ts';
import { createTransactions } from '../kafka/transactions.ts';
import type { KafkaMessage } from '../kafka/transactions.ts';
import { DestinationError } from './destination.ts';
import type { CreateDestination, Destination, LoadBatch } from './destination.ts';
import { publishText } from './durable-file.ts';
import { requestsOf } from './kafka-messages.ts';
import type { Topics } from './kafka-messages.ts';
import { parseKafkaOptions } from './kafka-options.ts';
import type { ResolvedKafkaOptions } from './kafka-options.ts';
import { importClient } from './options.ts';

/** A load is one transaction; brokers allow 15 minutes at most by default. */
const transactionTimeout = 60_000;

/** Loads that a writer remembers. The forwarder repeats none but the last. */
const remembered = 16;

const needsAPerson = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'MESSAGE_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_REPLICATION_FACTOR',
]);

const failureOf = (error: unknown): DestinationError => {
  if (error instanceof DestinationError) return error;
  const schema = protocolErrors(error).some((name) => needsAPerson.has(name));
  return new DestinationError(schema ? 'schema' : 'temporary', failureText(error), { cause: error });
};

/** Made once, kept with the spool whose loads it writes: after a restart it still is the same writer. */
const writerIdOf = async (dataDir: string, name: string): Promise<string> => {
  const file = join(dataDir, `kafka-writer-${name}`);
  const read = (): Promise<string | null> => readFile(file, 'utf8').catch(() => null);
  const known = await read();
  if (known) return known;
  await publishText(`nitka-${randomUUID()}`, `${file}.aside`, file);
  return (await read()) as string;
};

interface Writer {
  /** Ids of the loads that were committed last. */
  readonly loads: readonly string[];
  commit(id: string, requests: readonly (readonly KafkaMessage[])[]): Promise<void>;
}

/** A writer that has shut out its predecessors and knows which of their loads got through. */
const beginWriter = async (
  cluster: Cluster,
  options: ResolvedKafkaOptions,
  topics: Topics,
  id: string,
): Promise<Writer> => {
  const { compression } = options;
  const transactions = createTransactions(cluster, {
    transactionalId: id,
    compression,
    timeout: transactionTimeout,
  });
  const notes = createNotes<{ loads: string[] }>(cluster, topics.loads, id);
  await transactions.begin();
  const loads = (await notes.read())?.loads ?? [];
  return {
    loads,
    async commit(load, requests) {
      await transactions.commit([...requests, [notes.note({ loads: [...loads, load].slice(-remembered) })]]);
      loads.push(load);
    },
  };
};

/**
 * Kafka, a load in one transaction with a note of its id. Whatever is unclear after a failure, a killed broker or a killed collector, is
 * cleared up before the next load: the open transaction is ended, whoever had opened it, and the notes tell whether the load is there.
 */
export const createKafka: CreateDestination = async (config, { dataDir }): Promise<Destination> => {
  const options = parseKafkaOptions(config);
  const name = String(config['name'] ?? 'kafka');
  const kafka: KafkaClient = await importClient('@platformatic/kafka', () => import('@platformatic/kafka'));
  let topics: Topics | null = null;
  let cluster: Cluster | null = null;
  let writer: Writer | null = null;

  const letGo = async (): Promise<void> => {
    const old = cluster;
    cluster = null;
    writer = null;
    await old?.close();
  };

  const prepare = async (): Promise<Topics> => {
    const { topic, rejectsTopic, loadsTopic } = options;
    const wanted = [topic, rejectsTopic].map((each) => ({ name: each, compacted: false }));
    const all = [...wanted, { name: loadsTopic, compacted: true }];
    const places = await prepareTopics(kafka, options.address, all, options);
    return {
      events: places.get(topic)!,
      rejects: places.get(rejectsTopic)!,
      loads: places.get(loadsTopic)!,
    };
  };

  const load = async (batch: LoadBatch): Promise<void> => {
    topics ??= await prepare();
    const requests = requestsOf(batch, topics, options.maxRequestBytes, kafka.murmur2);
    cluster ??= createCluster(kafka, options.address);
    writer ??= await beginWriter(cluster, options, topics, await writerIdOf(dataDir, name));
    if (writer.loads.includes(batch.id)) return;
    await writer.commit(batch.id, requests);
  };

  return {
    async open() {
      try {
        topics = await prepare();
      } catch (error) {
        throw failureOf(error);
      }
    },
    async load(batch) {
      try {
        await load(batch);
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind !== 'poison') await letGo();
        throw failure;
      }
    },
    close: letGo,
  };
};
