import { NitkaError } from '@nitka/core';
import { connectClickhouse } from './clickhouse-client.ts';
import type { Clickhouse } from './clickhouse-client.ts';
import { eraseClickhouse } from './clickhouse-erase.ts';
import { loadClickhouse } from './clickhouse-load.ts';
import { migrateClickhouse, planClickhouse } from './clickhouse-migrate.ts';
import { parseClickhouseOptions } from './clickhouse-options.ts';
import { DestinationError } from './destination.ts';
import type { CreateDestination, Destination, FailureKind } from './destination.ts';
import { importClient } from './options.ts';

/** https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
const kinds: Readonly<Record<string, FailureKind>> = {
  '8': 'schema', // THERE_IS_NO_COLUMN
  '10': 'schema', // NOT_FOUND_COLUMN_IN_BLOCK
  '16': 'schema', // NO_SUCH_COLUMN_IN_TABLE
  '20': 'schema', // NUMBER_OF_COLUMNS_DOESNT_MATCH
  '36': 'schema', // BAD_ARGUMENTS
  '44': 'schema', // ILLEGAL_COLUMN
  '47': 'schema', // UNKNOWN_IDENTIFIER
  '50': 'schema', // UNKNOWN_TYPE
  '53': 'schema', // TYPE_MISMATCH
  '60': 'schema', // UNKNOWN_TABLE
  '62': 'schema', // SYNTAX_ERROR
  '81': 'schema', // UNKNOWN_DATABASE
  '115': 'schema', // UNKNOWN_SETTING
  '117': 'schema', // INCORRECT_DATA: what the server says of names or types that are not the table's
  '497': 'schema', // ACCESS_DENIED
  '131': 'poison', // TOO_LARGE_STRING_SIZE
  '469': 'poison', // VIOLATED_CONSTRAINT
};

const failureOf = (error: unknown): DestinationError => {
  if (error instanceof DestinationError) return error;
  const { code, message } = error as { code?: unknown; message?: string };
  const text = message ?? String(error);
  const known = typeof code === 'string' ? kinds[code] : undefined;
  return new DestinationError(known ?? 'temporary', typeof code === 'string' ? `${text} (${code})` : text, {
    cause: error,
  });
};

/** ClickHouse over HTTP. A load that comes again is recognised by its token, and by the rows that carry its id. */
export const createClickhouse: CreateDestination = async (config): Promise<Destination> => {
  const options = parseClickhouseOptions(config);
  const client = await importClient('@clickhouse/client', () => import('@clickhouse/client'));
  let server: Clickhouse | null = null;
  let fresh = false;

  const connect = (): Clickhouse => (server ??= connectClickhouse(client, options));

  const coded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      fresh = false;
      throw failureOf(error);
    }
  };

  return {
    async open() {
      await coded(migrateClickhouse(connect(), options));
    },
    async load(batch) {
      await coded(loadClickhouse(connect(), batch, { ...options, fresh }));
      fresh = true;
    },
    plan: () => coded(planClickhouse(connect(), options)),
    erase: (erasure, dryRun) => coded(eraseClickhouse(connect(), options, erasure, dryRun)),
    async query(sql, limit) {
      try {
        const { meta, data } = await connect().read(sql, limit);
        return {
          columns: meta.map(({ name }) => name),
          rows: data.slice(0, limit),
          truncated: data.length > limit,
        };
      } catch (error) {
        throw new NitkaError('query_failed', (error as Error).message, { cause: error });
      }
    },
    async close() {
      await server?.close();
      server = null;
      fresh = false;
    },
  };
};
