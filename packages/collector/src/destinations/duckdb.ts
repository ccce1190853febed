import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NitkaError } from '@nitka/core';
import type {
  DuckDBAppender,
  DuckDBConnection,
  DuckDBInstance,
  DuckDBTimestampValue,
} from '@duckdb/node-api';
import { Ajv } from 'ajv';
import type { RejectRow, Row } from '../row.ts';
import { DestinationError } from './destination.ts';
import type { CreateDestination, Destination, LoadBatch } from './destination.ts';
import { createDuckdbQuery } from './duckdb-query.ts';
import { duckdbMigrations, duckdbViews } from './duckdb-schema.ts';

export interface DuckdbOptions {
  /** The database file. @default `<dataDir>/warehouse.duckdb` */
  readonly path: string;
  /** What DuckDB may hold in memory, in its own notation. @default "128MB" */
  readonly memoryLimit: string;
  /** Threads of DuckDB. @default 1: the other cores answer requests */
  readonly threads: number;
}

const optionsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    type: {},
    name: {},
    path: { type: 'string', minLength: 1 },
    memoryLimit: { type: 'string', pattern: '^[0-9]+ ?([KMGT]i?B)$' },
    threads: { type: 'integer', minimum: 1 },
  },
};

type Client = typeof import('@duckdb/node-api');

const loadClient = async (): Promise<Client> => {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    throw new NitkaError('destination_client_missing', '@duckdb/node-api', { cause: error });
  }
};

const parseOptions = (config: Readonly<Record<string, unknown>>, dataDir: string): DuckdbOptions => {
  const validate = new Ajv({ allErrors: true }).compile(optionsSchema);
  if (!validate(config)) {
    const faults = (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `destinations.duckdb${instancePath.replaceAll('/', '.')}: ${message ?? ''} ${JSON.stringify(params)}`,
    );
    throw new NitkaError('config_invalid', `\n${faults.join('\n')}`);
  }
  const given = config as Partial<DuckdbOptions>;
  return { path: join(dataDir, 'warehouse.duckdb'), memoryLimit: '128MB', threads: 1, ...given };
};

const failureOf = (error: unknown): DestinationError => {
  if (error instanceof DestinationError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // DuckDB puts the kind of its errors first: https://duckdb.org/docs/stable/dev/error (ExceptionType)
  if (/^(Catalog|Binder|Parser) Error/.test(message))
    return new DestinationError('schema', message, { cause: error });
  if (/^(Conversion|Constraint|Invalid Input|Out of Range|Invalid unicode)/i.test(message)) {
    return new DestinationError('poison', message, { cause: error });
  }
  return new DestinationError('temporary', message, { cause: error });
};

/** DuckDB in a file of its own: one process, no server. Rows and batch id are committed in one transaction. */
export const createDuckdb: CreateDestination = async (config, { dataDir }): Promise<Destination> => {
  const options = parseOptions(config, dataDir);
  const client = await loadClient();
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  let query: Awaited<ReturnType<typeof createDuckdbQuery>>;

  const time = (milliseconds: number): DuckDBTimestampValue =>
    new client.DuckDBTimestampValue(BigInt(milliseconds) * 1000n);

  const textOrNull = (appender: DuckDBAppender, value: string | null): void =>
    value === null ? appender.appendNull() : appender.appendVarchar(value);
  const timeOrNull = (appender: DuckDBAppender, value: number | null): void =>
    value === null ? appender.appendNull() : appender.appendTimestamp(time(value));

  const appendEvent = (to: DuckDBAppender, row: Row): void => {
    to.appendVarchar(row.message_id);
    to.appendVarchar(row.type);
    textOrNull(to, row.event);
    textOrNull(to, row.anonymous_id);
    textOrNull(to, row.server_visitor_id);
    textOrNull(to, row.user_id);
    textOrNull(to, row.session_id);
    if (row.sequence === null) to.appendNull();
    else to.appendBigInt(BigInt(row.sequence));
    textOrNull(to, row.phone);
    textOrNull(to, row.email);
    to.appendTimestamp(time(row.occurred_at));
    timeOrNull(to, row.original_timestamp);
    timeOrNull(to, row.sent_at);
    to.appendTimestamp(time(row.received_at));
    to.appendVarchar(row.source);
    to.appendVarchar(row.source_kind);
    textOrNull(to, row.library);
    textOrNull(to, row.ip);
    textOrNull(to, row.user_agent);
    textOrNull(to, row.bot);
    to.appendVarchar(row.payload.toString('utf8'));
    textOrNull(to, row.batch_context);
  };

  const appendReject = (to: DuckDBAppender, row: RejectRow): void => {
    textOrNull(to, row.message_id);
    to.appendVarchar(row.source);
    to.appendVarchar(row.code);
    textOrNull(to, row.detail);
    to.appendTimestamp(time(row.received_at));
    to.appendBlob(row.payload);
  };

  const appendAll = async <T>(
    table: string,
    rows: readonly T[],
    batch: LoadBatch,
    append: (to: DuckDBAppender, row: T) => void,
  ) => {
    if (rows.length === 0) return;
    const appender = await connection.createAppender(table);
    const loadedAt = time(batch.loadedAt);
    try {
      for (const row of rows) {
        append(appender, row);
        appender.appendVarchar(batch.id);
        appender.appendTimestamp(loadedAt);
        appender.endRow();
      }
      appender.flushSync();
    } finally {
      appender.closeSync();
    }
  };

  const migrate = async (): Promise<void> => {
    await connection.run(
      'CREATE TABLE IF NOT EXISTS nitka_schema (version INTEGER NOT NULL, applied_at TIMESTAMP NOT NULL)',
    );
    const done = await connection.runAndReadAll('SELECT coalesce(max(version), 0) FROM nitka_schema');
    const version = Number(done.getRows()[0]?.[0] ?? 0);
    if (version > duckdbMigrations.length) {
      throw new DestinationError('schema', `the tables are of version ${version}, made by a newer collector`);
    }
    for (const [index, step] of duckdbMigrations.entries()) {
      if (index < version) continue;
      await connection.run('BEGIN');
      await connection.run(step);
      await connection.run(`INSERT INTO nitka_schema VALUES (${index + 1}, now()::TIMESTAMP)`);
      await connection.run('COMMIT');
    }
    for (const view of duckdbViews) await connection.run(view);
  };

  return {
    async open() {
      mkdirSync(dirname(options.path), { recursive: true });
      try {
        instance = await client.DuckDBInstance.create(options.path, {
          memory_limit: options.memoryLimit,
          threads: String(options.threads),
          // A query must not read or write other files of the machine.
          enable_external_access: 'false',
          autoinstall_known_extensions: 'false',
        });
        connection = await instance.connect();
        await migrate();
        query = await createDuckdbQuery(instance, client);
      } catch (error) {
        throw failureOf(error);
      }
    },
    async load(batch) {
      try {
        await connection.run('BEGIN');
        const found = await connection.runAndReadAll('SELECT 1 FROM nitka_batches WHERE batch_id = $1', [
          batch.id,
        ]);
        if (found.currentRowCount === 0) {
          await appendAll('raw_events', batch.events, batch, appendEvent);
          await appendAll('raw_rejects', batch.rejects, batch, appendReject);
          await connection.run('INSERT INTO nitka_batches VALUES ($1, $2, $3, $4)', [
            batch.id,
            BigInt(batch.events.length),
            BigInt(batch.rejects.length),
            time(batch.loadedAt),
          ]);
        }
        await connection.run('COMMIT');
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => undefined);
        throw failureOf(error);
      }
    },
    query: (sql, limit) => query.run(sql, limit),
    close() {
      query?.close();
      connection?.closeSync();
      instance?.closeSync();
    },
  };
};
