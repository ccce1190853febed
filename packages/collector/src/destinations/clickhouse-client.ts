import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import type { ClickhouseOptions } from './clickhouse-options.ts';

/** The four things that are asked of ClickHouse. */
export interface Clickhouse {
  command(statement: string): Promise<void>;
  /** Rows as arrays. */
  rows(sql: string, values?: Readonly<Record<string, unknown>>): Promise<unknown[][]>;
  /** `body` follows the statement. Resolves when the server has committed it. */
  insert(statement: string, body: Iterable<Buffer>, settings: ClickHouseSettings): Promise<void>;
  /** One statement under `readonly`. */
  read(sql: string, limit: number): Promise<{ meta: { name: string }[]; data: unknown[][] }>;
  close(): Promise<void>;
}

const create = (
  {
    createClient,
    ClickHouseLogLevel,
  }: Pick<typeof import('@clickhouse/client'), 'createClient' | 'ClickHouseLogLevel'>,
  { address, caFile, timeoutSeconds }: ClickhouseOptions & { readonly address: string },
  database: string,
): ClickHouseClient =>
  createClient({
    // The client takes the address's path for the database.
    url: new URL(`/${database}`, address),
    application: 'nitka-collector',
    request_timeout: timeoutSeconds * 1000,
    // The client would write statements and the server's words, which quote rows, to stderr.
    log: { level: ClickHouseLogLevel.OFF },
    ...(caFile !== undefined && { tls: { ca_cert: readFileSync(caFile) } }),
  });

export const connectClickhouse = (
  client: Parameters<typeof create>[0],
  options: ClickhouseOptions & { readonly address: string },
): Clickhouse => {
  // A database that is not there yet must not be asked to be the session's.
  const connection = create(client, options, 'default');
  const reading = create(client, options, options.database);
  const consistent: ClickHouseSettings =
    options.cluster === undefined ? {} : { select_sequential_consistency: '1' };
  return {
    async command(statement) {
      await connection.command({ query: statement });
    },
    async rows(sql, values = {}) {
      const answer = await connection.query({
        query: sql,
        format: 'JSONCompact',
        query_params: { ...values },
        clickhouse_settings: consistent,
      });
      return (await answer.json<unknown[]>()).data;
    },
    async insert(statement, body, settings) {
      const { stream } = await connection.exec({
        query: statement,
        values: Readable.from(body, { objectMode: false }),
        clickhouse_settings: settings,
      });
      // The answer is empty; read to its end it gives the socket back.
      for await (const chunk of stream) void chunk;
    },
    async read(sql, limit) {
      const answer = await reading.query({
        query: sql,
        format: 'JSONCompact',
        clickhouse_settings: {
          readonly: '1',
          max_result_rows: String(limit + 1),
          result_overflow_mode: 'break',
          output_format_json_quote_64bit_integers: 1,
        },
      });
      return (await answer.json<unknown[]>()) as { meta: { name: string }[]; data: unknown[][] };
    },
    async close() {
      await Promise.all([connection.close(), reading.close()]);
    },
  };
};
