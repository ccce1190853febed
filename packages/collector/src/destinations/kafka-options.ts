import { NitkaError } from '@nitka/core';
import { addressProperties, resolveAddress, topicName, topicProperties } from '../kafka/address-options.ts';
import type { KafkaAddressOptions } from '../kafka/address-options.ts';
import type { KafkaAddress } from '../kafka/cluster.ts';
import { parseDestinationOptions } from './options.ts';

export interface KafkaOptions extends KafkaAddressOptions {
  /** @default "nitka-events" */
  readonly topic: string;
  /** @default "nitka-rejects" */
  readonly rejectsTopic: string;
  /** A small compacted topic that says which loads were committed. @default "nitka-loads" */
  readonly loadsTopic: string;
  /** Makes missing topics with so many partitions and replicas. Without it a missing topic is an error. */
  readonly create?: { readonly partitions: number; readonly replicas: number };
  /** How many replicas must have a row before it counts as loaded: what the topics' min.insync.replicas has to be at least. @default 2 */
  readonly minInsyncReplicas: number;
  /** Bytes of one request to a partition; the topics' max.message.bytes has to be at least that. @default 900000 */
  readonly maxRequestBytes: number;
  /** @default "none" */
  readonly compression: 'none' | 'gzip';
}

const properties = {
  ...addressProperties,
  ...topicProperties,
  topic: topicName,
  rejectsTopic: topicName,
  loadsTopic: topicName,
};

const defaults: KafkaOptions = {
  topic: 'nitka-events',
  rejectsTopic: 'nitka-rejects',
  loadsTopic: 'nitka-loads',
  minInsyncReplicas: 2,
  maxRequestBytes: 900_000,
  compression: 'none',
  tls: false,
  timeoutSeconds: 30,
};

/** With what was read from the environment. */
export interface ResolvedKafkaOptions extends Omit<KafkaOptions, keyof KafkaAddressOptions> {
  readonly address: KafkaAddress;
}

/** @throws NitkaError `config_invalid` */
export const parseKafkaOptions = (
  config: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ResolvedKafkaOptions => {
  const options = parseDestinationOptions(config, properties, defaults);
  const path = `destinations.${String(config['name'] ?? 'kafka')}`;
  const { topic, rejectsTopic, loadsTopic } = options;
  const address = resolveAddress(options, path, environment);
  if (new Set([topic, rejectsTopic, loadsTopic]).size < 3) {
    throw new NitkaError('config_invalid', `${path}: "topic", "rejectsTopic" and "loadsTopic" must differ`);
  }
  return { ...options, address };
};
