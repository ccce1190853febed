import { NitkaError } from '@nitka/core';
import { addressOf, parseDestinationOptions } from './options.ts';

export interface ClickhouseOptions {
  /** `https://user@host:8443`. @default "http://localhost:8123" */
  readonly url?: string;
  /** Name of the environment variable that has the address: better than a password in a file. */
  readonly urlVariable?: string;
  /** PEM file of the authority that signed the server's certificate. */
  readonly caFile?: string;
  /** Where tables and views are made. @default "nitka" */
  readonly database: string;
  /** Of the raw tables. @default "MergeTree", with `cluster` "ReplicatedMergeTree" */
  readonly engine?: string;
  /** Makes the tables ON CLUSTER and replicated; a load waits for a quorum. Not run against a real cluster yet. */
  readonly cluster?: string;
  /**
   * With `cluster`: rows are spread over its shards by `message_id`, in tables named …_local behind Distributed ones. Not run
   * against a real cluster yet.
   * @default false
   */
  readonly distributed: boolean;
  /** How many of the last loads a table recognises by their id. All collectors of a table share it. @default 10000 */
  readonly deduplicationWindow: number;
  /** Seconds until a request without an answer is given up and tried again. @default 120 */
  readonly timeoutSeconds: number;
}

const identifier = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' };

const properties = {
  url: { type: 'string', pattern: '^https?://' },
  urlVariable: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
  caFile: { type: 'string', minLength: 1 },
  database: identifier,
  engine: {
    type: 'string',
    pattern: "^(Replicated|Shared)?(Replacing)?MergeTree(\\([A-Za-z0-9_'{}/, ]*\\))?$",
  },
  cluster: { type: 'string', pattern: '^[A-Za-z0-9_{}.-]{1,64}$' },
  distributed: { type: 'boolean' },
  deduplicationWindow: { type: 'integer', minimum: 100 },
  timeoutSeconds: { type: 'integer', minimum: 1 },
};

const defaults: ClickhouseOptions = {
  database: 'nitka',
  distributed: false,
  deduplicationWindow: 10_000,
  timeoutSeconds: 120,
};

/** @throws NitkaError `config_invalid` */
export const parseClickhouseOptions = (
  config: Readonly<Record<string, unknown>>,
): ClickhouseOptions & { readonly address: string } => {
  const options = parseDestinationOptions(config, properties, defaults);
  const name = String(config['name'] ?? 'clickhouse');
  if (options.distributed && options.cluster === undefined) {
    throw new NitkaError('config_invalid', `destinations.${name}.distributed: needs "cluster"`);
  }
  return { ...options, address: addressOf(name, options) ?? 'http://localhost:8123' };
};
