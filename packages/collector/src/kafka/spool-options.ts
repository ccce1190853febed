import { NitkaError } from '@nitka/core';
import { addressProperties, resolveAddress, topicName, topicProperties } from './address-options.ts';
import type { KafkaAddressOptions } from './address-options.ts';
import type { KafkaAddress } from './cluster.ts';
import type { TopicRules, WantedTopic } from './topics.ts';

/** Kafka in the place of the local spool. */
export interface KafkaSpoolOptions extends KafkaAddressOptions, TopicRules {
  /** Accepted events. @default "nitka-spool" */
  readonly topic: string;
  /** A small compacted topic with what each destination has taken of each partition. @default "nitka-cursors" */
  readonly cursorsTopic: string;
  /** Loaders of one group share the partitions. Another group loads everything once more: into another warehouse. @default "nitka-loaders" */
  readonly group: string;
  /** @default "none" */
  readonly compression: 'none' | 'gzip';
  /**
   * What to do if the topic's retention has removed events before they were loaded. `stop` loads no more of the partition until somebody
   * has decided; `skip` goes on with what is there. @default "stop"
   */
  readonly onRemoved: 'stop' | 'skip';
}

/** JSON Schema of `spool.kafka`. */
export const kafkaSpoolSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...addressProperties,
    ...topicProperties,
    topic: topicName,
    cursorsTopic: topicName,
    group: topicName,
    onRemoved: { enum: ['stop', 'skip'] },
  },
} as const;

const defaults: KafkaSpoolOptions = {
  topic: 'nitka-spool',
  cursorsTopic: 'nitka-cursors',
  group: 'nitka-loaders',
  minInsyncReplicas: 2,
  maxRequestBytes: 900_000,
  compression: 'none',
  onRemoved: 'stop',
  tls: false,
  timeoutSeconds: 30,
};

/** With what was read from the environment. */
export interface ResolvedKafkaSpool extends Omit<KafkaSpoolOptions, keyof KafkaAddressOptions> {
  readonly address: KafkaAddress;
}

/** @throws NitkaError `config_invalid` */
export const resolveKafkaSpool = (
  section: Partial<KafkaSpoolOptions>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ResolvedKafkaSpool => {
  const options = { ...defaults, ...section };
  if (options.topic === options.cursorsTopic) {
    throw new NitkaError('config_invalid', 'spool.kafka.cursorsTopic: is the same as "topic"');
  }
  return { ...options, address: resolveAddress(options, 'spool.kafka', environment) };
};

export const spoolTopics = ({ topic, cursorsTopic }: ResolvedKafkaSpool): readonly WantedTopic[] => [
  { name: topic, compacted: false },
  { name: cursorsTopic, compacted: true },
];
