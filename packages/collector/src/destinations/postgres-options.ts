import { addressOf, parseDestinationOptions } from './options.ts';

export interface PostgresOptions {
  /**
   * `postgres://user@host:5432/database`; `?sslmode=verify-full` asks for TLS. Without it and without `urlVariable` the environment
   * counts, as for every client of PostgreSQL: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.
   */
  readonly url?: string;
  /** Name of the environment variable that has the address: better than a password in a file. */
  readonly urlVariable?: string;
  /** PEM file of the authority that signed the server's certificate; asks for TLS and checks the server's name. */
  readonly caFile?: string;
  /** Where tables and views are made. @default "public" */
  readonly schema: string;
  /** Greenplum 6 or 7: tables are distributed by `message_id`, and loads take turns. @default false */
  readonly greenplum: boolean;
  /**
   * Greenplum: what stands in WITH (…) of the raw tables, as "appendoptimized=true, orientation=column". A heap of message ids is then kept
   * beside them; without it they are heaps with unique indexes of their own. @default ""
   */
  readonly storage: string;
  /** Seconds until a step without an answer is given up and tried again on a new connection. @default 120 */
  readonly timeoutSeconds: number;
}

const text = { type: 'string', minLength: 1 };

const properties = {
  url: { type: 'string', pattern: '^postgres(ql)?://' },
  urlVariable: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
  caFile: text,
  // Short enough that no name made of it is cut at 63 bytes, and in need of no quotes.
  schema: { type: 'string', pattern: '^[a-z_][a-z0-9_]{0,39}$' },
  greenplum: { type: 'boolean' },
  storage: { type: 'string', pattern: '^[A-Za-z0-9_=, ]*$' },
  timeoutSeconds: { type: 'integer', minimum: 1 },
};

const defaults: PostgresOptions = { schema: 'public', greenplum: false, storage: '', timeoutSeconds: 120 };

/** @throws NitkaError `config_invalid` */
export const parsePostgresOptions = (
  config: Readonly<Record<string, unknown>>,
): PostgresOptions & { readonly address: string | undefined } => {
  const options = parseDestinationOptions(config, properties, defaults);
  return { ...options, address: addressOf(String(config['name'] ?? 'postgres'), options) };
};
