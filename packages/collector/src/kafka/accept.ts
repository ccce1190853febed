import { NitkaError } from '@nitka/core';
import type { Clock } from '@nitka/core';
import type { AppendResult } from '../spool/spool.ts';
import type { Chunk } from '../spool/chunk.ts';
import type { SpoolTrouble } from '../trouble.ts';
import { connectionOptions } from './cluster.ts';
import type { KafkaClient } from './cluster.ts';
import { failureText } from './failure.ts';
import { createProducerHealth } from './producer-health.ts';
import { messagesOf, probesOf } from './spool-messages.ts';
import type { SpoolMessage } from './spool-messages.ts';
import type { ResolvedKafkaSpool } from './spool-options.ts';
import type { TopicPlace } from './topics.ts';

/** Takes events for good, in the place of the local spool. */
export interface KafkaAccept {
  /**
   * Resolves once every in-sync replica has the entries. Rejects with `spool_unavailable`: then some may be there all the same, and loaders
   * recognise what is sent again. `duplicates` is always 0: only the loaders know.
   */
  append(chunk: Chunk): Promise<AppendResult>;
  waitingBytes(): number;
  /** Null while Kafka takes something. */
  trouble(): SpoolTrouble | null;
  close(): Promise<void>;
}

interface Job {
  readonly messages: readonly SpoolMessage[];
  readonly bytes: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface AcceptParts {
  readonly topic: TopicPlace;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** With the record's own fields, counted generously. */
const sizeOf = ({ key, value }: SpoolMessage): number => key.length + value.length + 100;

/** Requests to the brokers at once: one is filled while another is on its way. */
const lanes = 2;

/**
 * Many HTTP requests, one request to each broker: while one is on its way, the next gathers. Not idempotent, since a message that is
 * there twice is recognised by the loaders as any repeat is.
 */
export const createKafkaAccept = (
  kafka: KafkaClient,
  { address, compression, maxRequestBytes }: ResolvedKafkaSpool,
  { topic, clock, onError }: AcceptParts,
): KafkaAccept => {
  const producer = new kafka.Producer({
    ...connectionOptions(address),
    compression,
    maxInflights: lanes,
  });
  // In each call: the producer's own option of this name is not heeded, and the leader alone would answer (producer.js, send).
  const send = (messages: SpoolMessage[]) => producer.send({ messages, acks: kafka.ProduceAcks.ALL });
  const health = createProducerHealth(() => send(probesOf(topic, clock.now())), clock);
  /** A message has to leave room for its batch's head and headers. */
  const messageBytes = Math.floor(maxRequestBytes / 2);
  let waiting: Job[] = [];
  let bytes = 0;
  let running = 0;
  let idle: (() => void) | null = null;

  /** As many jobs as fit into one request to a partition, were they all for the same. */
  const takeGroup = (): Job[] => {
    let size = 0;
    let count = 0;
    for (const job of waiting) {
      size += job.bytes;
      if (count > 0 && size > maxRequestBytes) break;
      count += 1;
    }
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return group;
  };

  /** What one HTTP request brought may be more than fits. */
  const slices = (messages: readonly SpoolMessage[]): SpoolMessage[][] => {
    const found: SpoolMessage[][] = [];
    let size = Infinity;
    for (const message of messages) {
      size += sizeOf(message);
      if (size > maxRequestBytes) {
        found.push([]);
        size = sizeOf(message);
      }
      found.at(-1)!.push(message);
    }
    return found;
  };

  const sendGroup = async (group: readonly Job[]): Promise<void> => {
    const began = clock.now();
    try {
      for (const messages of slices(group.flatMap((job) => job.messages))) await send(messages);
      health.succeeded();
      for (const job of group) job.resolve({ duplicates: 0 });
    } catch (error) {
      health.failed(began);
      onError(error);
      const reason = new NitkaError('spool_unavailable', failureText(error), { cause: error });
      for (const job of group) job.reject(reason);
    } finally {
      for (const job of group) bytes -= job.bytes;
    }
  };

  const run = async (): Promise<void> => {
    running += 1;
    // The turn's other requests join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await sendGroup(takeGroup());
    running -= 1;
    if (running === 0) idle?.();
  };

  return {
    append: (chunk) =>
      new Promise((resolve, reject) => {
        const messages = messagesOf(chunk, topic, messageBytes, kafka);
        const size = messages.reduce((sum, message) => sum + sizeOf(message), 0);
        waiting.push({ messages, bytes: size, resolve, reject });
        bytes += size;
        if (running < lanes) void run();
      }),
    waitingBytes: () => bytes,
    trouble: health.trouble,
    async close() {
      health.stop();
      if (running > 0) await new Promise<void>((resolve) => (idle = resolve));
      await new Promise<void>((resolve) => producer.close(true, () => resolve()));
    },
  };
};
