import { NitkaError } from '@nitka/core';
import type { KafkaAddress } from './cluster.ts';

/** How a config says where the brokers are. */
export interface KafkaAddressOptions {
  /** `host:port`, at least one. Not together with `brokersVariable`. */
  readonly brokers?: readonly string[];
  /** Name of the environment variable with the brokers, separated by commas. */
  readonly brokersVariable?: string;
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

const variable = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' } as const;
export const positive = { type: 'integer', minimum: 1 } as const;
export const topicName = { type: 'string', pattern: '^[A-Za-z0-9._-]{1,200}$' } as const;
const section = (properties: Record<string, object>) =>
  ({ type: 'object', additionalProperties: false, required: Object.keys(properties), properties }) as const;

export const addressProperties = {
  brokers: { type: 'array', minItems: 1, items: { type: 'string', pattern: '^[^\\s:]+:[0-9]{1,5}$' } },
  brokersVariable: variable,
  tls: { type: 'boolean' },
  caFile: { type: 'string', minLength: 1 },
  sasl: section({
    mechanism: { enum: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] },
    usernameVariable: variable,
    passwordVariable: variable,
  }),
  timeoutSeconds: positive,
} as const;

/** What topics have to be like, and what is written to them. */
export const topicProperties = {
  create: section({ partitions: positive, replicas: positive }),
  minInsyncReplicas: positive,
  maxRequestBytes: { type: 'integer', minimum: 10_000 },
  compression: { enum: ['none', 'gzip'] },
} as const;

/**
 * The address with what the environment has.
 *
 * @param path Of the section, for the text of an error.
 * @throws NitkaError `config_invalid`
 */
export const resolveAddress = (
  { brokers, brokersVariable, sasl, tls, caFile, timeoutSeconds }: KafkaAddressOptions,
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): KafkaAddress => {
  const read = (field: string, name: string): string => {
    const found = environment[name];
    if (found) return found;
    throw new NitkaError('config_invalid', `${path}.${field}: the environment has no variable ${name}`);
  };
  if ((brokers === undefined) === (brokersVariable === undefined)) {
    throw new NitkaError('config_invalid', `${path}: needs either "brokers" or "brokersVariable"`);
  }
  return {
    brokers: brokers ?? read('brokersVariable', brokersVariable!).split(','),
    tls,
    ...(caFile !== undefined && { caFile }),
    timeoutSeconds,
    sasl: sasl
      ? {
          mechanism: sasl.mechanism,
          username: read('sasl.usernameVariable', sasl.usernameVariable),
          password: read('sasl.passwordVariable', sasl.passwordVariable),
        }
      : null,
  };
};
