import { readFileSync } from 'node:fs';
import type { Producer } from '@platformatic/kafka';
import { DestinationError } from './destination.ts';
import type { CreateDestination, Destination, LoadBatch } from './destination.ts';
import { requestsOf } from './kafka-messages.ts';
import type { KafkaMessage, Topics } from './kafka-messages.ts';
import { parseKafkaOptions } from './kafka-options.ts';
import type { ResolvedKafkaOptions } from './kafka-options.ts';
import { prepareTopics } from './kafka-topics.ts';
import { importClient } from './options.ts';

/** A batch on its way: what the brokers acknowledged of it is not sent again. */
interface Progress {
  readonly id: string;
  readonly requests: readonly KafkaMessage[][];
  next: number;
}

const connectionOptions = ({ brokers, sasl, tls, caFile, timeoutSeconds }: ResolvedKafkaOptions) => ({
  clientId: 'nitka-collector',
  bootstrapBrokers: [...brokers],
  autocreateTopics: false,
  timeout: timeoutSeconds * 1000,
  requestTimeout: timeoutSeconds * 1000,
  connectTimeout: 10_000,
  retries: 2,
  ...(tls && { tls: {} }),
  ...(caFile !== undefined && { tls: { ca: readFileSync(caFile, 'utf8') } }),
  ...(sasl && { sasl: { ...sasl, mechanism: sasl.mechanism as 'PLAIN' } }),
});

interface ErrorTree {
  readonly apiId?: string;
  readonly errors?: readonly ErrorTree[];
  readonly cause?: ErrorTree;
}

/** Names of the protocol's errors anywhere below an error: https://kafka.apache.org/protocol#protocol_error_codes */
const protocolErrors = (error: ErrorTree | undefined, depth = 0): string[] =>
  error === undefined || error === null || depth > 5
    ? []
    : [
        ...(error.apiId ? [error.apiId] : []),
        ...protocolErrors(error.cause, depth + 1),
        ...(error.errors ?? []).flatMap((each) => protocolErrors(each, depth + 1)),
      ];

/** After these the brokers do not know the producer any more: it cannot repeat anything. */
const producerIsLost = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
]);

const failureOf = (error: unknown): DestinationError => {
  if (error instanceof DestinationError) return error;
  const found = protocolErrors(error as ErrorTree);
  const message = error instanceof Error ? error.message : String(error);
  const text = found.length > 0 ? `${message} (${found.join(', ')})` : message;
  const schema = found.some((name) =>
    /^(TOPIC_AUTHORIZATION_FAILED|MESSAGE_TOO_LARGE|INVALID_TOPIC_EXCEPTION|INVALID_REPLICATION_FACTOR)$/.test(
      name,
    ),
  );
  return new DestinationError(schema ? 'schema' : 'temporary', text, { cause: error });
};

/**
 * Kafka, with an idempotent producer and acks=all. Brokers recognise a repeat by its place in the producer's sequence, not by what is in
 * it. So there is one request at a time, and after one whose end is unknown the very same is sent next, or a new producer begins.
 */
export const createKafka: CreateDestination = async (config): Promise<Destination> => {
  const options = parseKafkaOptions(config);
  const kafka = await importClient('@platformatic/kafka', () => import('@platformatic/kafka'));
  let topics: Topics | null = null;
  let producer: Producer | null = null;
  let progress: Progress | null = null;

  const drop = async (): Promise<void> => {
    const old = producer;
    producer = null;
    // It is of no use any more, closed or not: an error is no news.
    if (old) await new Promise<void>((resolve) => old.close(true, () => resolve()));
  };

  const prepare = async (): Promise<Topics> => {
    const admin = new kafka.Admin(connectionOptions(options));
    try {
      return await prepareTopics(admin, options);
    } finally {
      await admin.close().catch(() => undefined);
    }
  };

  const send = async (messages: KafkaMessage[]): Promise<void> => {
    producer ??= new kafka.Producer({
      ...connectionOptions(options),
      idempotent: true,
      acks: kafka.ProduceAcks.ALL,
      compression: options.compression,
    });
    try {
      await producer.send({ messages });
    } catch (error) {
      const found = protocolErrors(error as ErrorTree);
      // An old repeat: the brokers have it.
      if (found.length > 0 && found.every((name) => name === 'DUPLICATE_SEQUENCE_NUMBER')) return;
      if (found.some((name) => producerIsLost.has(name))) await drop();
      throw error;
    }
  };

  const load = async (batch: LoadBatch): Promise<void> => {
    topics ??= await prepare();
    if (progress?.id !== batch.id) {
      if (progress && progress.next < progress.requests.length) await drop();
      const requests = requestsOf(batch, topics, options.maxRequestBytes, kafka.murmur2);
      progress = { id: batch.id, requests, next: 0 };
    }
    for (const { requests } = progress; progress.next < requests.length; progress.next += 1) {
      await send(requests[progress.next]!);
    }
    // Only the id is worth keeping.
    progress = { id: batch.id, requests: [], next: 0 };
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
        throw failureOf(error);
      }
    },
    close: drop,
  };
};
