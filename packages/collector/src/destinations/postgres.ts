import { NitkaError } from '@nitka/core';
import { DestinationError } from './destination.ts';
import type { CreateDestination, Destination, LoadBatch } from './destination.ts';
import { importClient } from './options.ts';
import { connectPostgres } from './postgres-connect.ts';
import type { PostgresConnection } from './postgres-connect.ts';
import { erasePostgres } from './postgres-erase.ts';
import { postgresFailure } from './postgres-failure.ts';
import { findGuard, isClash, isLoaded, loadDirectly, loadStaged } from './postgres-load.ts';
import type { Guard } from './postgres-load.ts';
import { migratePostgres, planPostgres } from './postgres-migrate.ts';
import { parsePostgresOptions } from './postgres-options.ts';
import { queryPostgres } from './postgres-query.ts';
import { postgresStaging } from './postgres-schema.ts';

/**
 * Loads that look for repeats first, after one of them was there: what a failed COPY has written is dead weight in the table until the
 * next vacuum.
 */
const carefulAfterClash = 200;

/** PostgreSQL 12 and later, Greenplum 6 and 7. Rows and batch id are committed in one transaction. */
export const createPostgres: CreateDestination = async (config): Promise<Destination> => {
  const options = parsePostgresOptions(config);
  const pg = await importClient('pg', async () => (await import('pg')).default);
  const { from: copyFrom } = await importClient(
    'pg-copy-streams',
    async () => (await import('pg-copy-streams')).default,
  );
  const patience = options.timeoutSeconds * 1000;
  let loading: PostgresConnection | null = null;
  let guard: Guard = 'none';
  /** So many loads look for repeats before they insert. */
  let careful = 0;
  let asking: PostgresConnection | null = null;
  let queries: Promise<unknown> = Promise.resolve();

  /** COPY knows no timeout of its own: a server that fell silent is left after a while. */
  const within = async <T>(connection: PostgresConnection, work: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new DestinationError('temporary', `no answer within ${options.timeoutSeconds} s`));
        connection.drop();
      }, patience);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  };

  const prepare = async (connection: PostgresConnection): Promise<void> => {
    await migratePostgres(connection.client, options);
    for (const statement of postgresStaging(options)) await connection.client.query(statement);
    const path = `SET search_path = ${options.schema}, public, pg_temp`;
    await connection.client.query(path);
    guard = await findGuard(connection.client, options.schema);
    if (guard !== 'rows') careful = Infinity;
    else if (careful === Infinity) careful = 0;
  };

  const connected = async (): Promise<PostgresConnection> => {
    if (loading && !loading.lost()) return loading;
    const connection = await connectPostgres(pg, options);
    try {
      await within(connection, prepare(connection));
    } catch (error) {
      connection.drop();
      throw error;
    }
    loading = connection;
    return connection;
  };

  /** The state of a connection after a failure is not worth guessing. */
  const loadOver = async (
    connection: PostgresConnection,
    batch: LoadBatch,
    way: typeof loadDirectly,
  ): Promise<void> => {
    const { schema, greenplum } = options;
    const to = { client: connection.client, copyFrom, schema, greenplum, guard };
    const work = async (): Promise<void> => {
      if (!(await isLoaded(to, batch))) await way(to, batch);
    };
    await within(connection, work()).catch((error: unknown) => {
      connection.drop();
      throw error;
    });
  };

  const load = async (batch: LoadBatch): Promise<void> => {
    const connection = await connected();
    if (careful > 0) {
      await loadOver(connection, batch, loadStaged);
      careful -= 1;
      return;
    }
    try {
      await loadOver(connection, batch, loadDirectly);
    } catch (error) {
      if (!isClash(error)) throw error;
      careful = carefulAfterClash;
      await loadOver(await connected(), batch, loadStaged);
    }
  };

  const ask = async (sql: string, limit: number): ReturnType<typeof queryPostgres> => {
    if (!asking || asking.lost()) {
      asking = await connectPostgres(pg, options).catch((error: unknown) => {
        throw new NitkaError('query_failed', (error as Error).message, { cause: error });
      });
      await asking.client.query(`SET search_path = ${options.schema}, public`);
    }
    return queryPostgres(asking.client, sql, limit);
  };

  const coded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw postgresFailure(error);
    }
  };

  return {
    open: () => coded(connected().then(() => undefined)),
    load: (batch) => coded(load(batch)),
    async plan() {
      const connection = await coded(connectPostgres(pg, options));
      return coded(planPostgres(connection.client, options)).finally(connection.drop);
    },
    async erase(erasure, dryRun) {
      const connection = await coded(connected());
      try {
        return await erasePostgres(
          { client: connection.client, schema: options.schema, guard },
          erasure,
          dryRun,
        );
      } catch (error) {
        connection.drop();
        throw postgresFailure(error);
      }
    },
    query(sql, limit) {
      const result = queries.then(() => ask(sql, limit));
      queries = result.catch(() => undefined);
      return result;
    },
    close() {
      loading?.drop();
      asking?.drop();
      loading = asking = null;
    },
  };
};
