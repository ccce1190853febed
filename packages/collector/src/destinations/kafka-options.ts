import { NitkaError } from '@nitka/core';
import { parseDestinationOptions } from './options.ts';

export interface KafkaOptions {
  /** `host:port`, at least one. Not together with `brokersVariable`. */
  readonly brokers?: readonly string[];
  /** Name of the environment variable with the brokers, separated by commas. */
  readonly brokersVariable?: string;
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
  /** TLS with the authorities that Node knows. @default false */
  readonly tls: boolean;
  /** PEM file of the authority that signed the brokers' certificates; asks for TLS. */
  readonly caFile?: string;
  /** Name and password stand in environment variables of these names. */
  readonly sasl?: {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
    readonly usernameVariable: string;
    readonly passwordVariable: string;
  };
  /** Seconds until a request without an answer is given up and tried again. @default 30 */
  readonly timeoutSeconds: number;
}

const variable = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' };
const topicName = { type: 'string', pattern: '^[A-Za-z0-9._-]{1,200}$' };
const positive = { type: 'integer', minimum: 1 };
const section = (properties: Record<string, object>): object => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
});

const properties = {
  brokers: { type: 'array', minItems: 1, items: { type: 'string', pattern: '^[^\\s:]+:[0-9]{1,5}$' } },
  brokersVariable: variable,
  topic: topicName,
  rejectsTopic: topicName,
  loadsTopic: topicName,
  create: section({ partitions: positive, replicas: positive }),
  minInsyncReplicas: positive,
  maxRequestBytes: { type: 'integer', minimum: 10_000 },
  compression: { enum: ['none', 'gzip'] },
  tls: { type: 'boolean' },
  caFile: { type: 'string', minLength: 1 },
  sasl: section({
    mechanism: { enum: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] },
    usernameVariable: variable,
    passwordVariable: variable,
  }),
  timeoutSeconds: positive,
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
export interface ResolvedKafkaOptions extends Omit<KafkaOptions, 'brokers' | 'sasl'> {
  readonly brokers: readonly string[];
  readonly sasl: { readonly mechanism: string; readonly username: string; readonly password: string } | null;
}

/** @throws NitkaError `config_invalid` */
export const parseKafkaOptions = (
  config: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ResolvedKafkaOptions => {
  const { brokers, brokersVariable, sasl, ...options } = parseDestinationOptions(
    config,
    properties,
    defaults,
  );
  const path = `destinations.${String(config['name'] ?? 'kafka')}`;
  const read = (field: string, name: string): string => {
    const found = environment[name];
    if (found) return found;
    throw new NitkaError('config_invalid', `${path}.${field}: the environment has no variable ${name}`);
  };
  if ((brokers === undefined) === (brokersVariable === undefined)) {
    throw new NitkaError('config_invalid', `${path}: needs either "brokers" or "brokersVariable"`);
  }
  const { topic, rejectsTopic, loadsTopic } = options;
  if (new Set([topic, rejectsTopic, loadsTopic]).size < 3) {
    throw new NitkaError('config_invalid', `${path}: "topic", "rejectsTopic" and "loadsTopic" must differ`);
  }
  return {
    ...options,
    brokers: brokers ?? read('brokersVariable', brokersVariable!).split(','),
    sasl: sasl
      ? {
          mechanism: sasl.mechanism,
          username: read('sasl.usernameVariable', sasl.usernameVariable),
          password: read('sasl.passwordVariable', sasl.passwordVariable),
        }
      : null,
  };
};
