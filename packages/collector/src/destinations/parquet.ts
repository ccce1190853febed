import { join, resolve } from 'node:path';
import { NitkaError } from '@nitka/core';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { DestinationError } from './destination.ts';
import type { CreateDestination, Destination } from './destination.ts';
import { importDuckdb } from './duckdb-append.ts';
import { duckdbFailure } from './duckdb-failure.ts';
import type { DuckdbQuery } from './duckdb-query.ts';
import { duckdbMigrations } from './duckdb-schema.ts';
import { makeDurableFolder } from './durable-file.ts';
import { duckdbEngineProperties } from './duckdb-options.ts';
import type { DuckdbEngineOptions } from './duckdb-options.ts';
import { parseDestinationOptions } from './options.ts';
import { checkLake, lakeOf } from './parquet-lake.ts';
import { createLakeQuery } from './parquet-query.ts';
import { eraseParquet } from './parquet-erase.ts';
import { writeBatch } from './parquet-write.ts';

export interface ParquetOptions extends DuckdbEngineOptions {
  /** The lake's folder, on a file system that renames in one step. @default `<dataDir>/lake` */
  readonly path: string;
}

interface Open {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  readonly query: DuckdbQuery;
}

/** A folder of Parquet files: `raw_events/date=…/source=…/<batch id>.parquet`, rejects beside them. */
export const createParquet: CreateDestination = async (config, { dataDir }): Promise<Destination> => {
  const options: ParquetOptions = parseDestinationOptions(config, duckdbEngineProperties, {
    path: join(dataDir, 'lake'),
    memoryLimit: '128MB',
    threads: 1,
  });
  const client = await importDuckdb();
  const lake = lakeOf(resolve(options.path));
  let current: Open | null = null;

  const open = async (): Promise<Open> => {
    await makeDurableFolder(lake.aside);
    await checkLake(lake);
    const settings = {
      memory_limit: options.memoryLimit,
      threads: String(options.threads),
      autoinstall_known_extensions: 'false',
    };
    const instance = await client.api.DuckDBInstance.create(':memory:', settings);
    const connection = await instance.connect();
    for (const step of duckdbMigrations) await connection.run(step);
    return { instance, connection, query: await createLakeQuery(client.api, lake, settings) };
  };

  return {
    async open() {
      try {
        current ??= await open();
      } catch (error) {
        throw duckdbFailure(error);
      }
    },
    async load(batch) {
      if (!current) throw new DestinationError('temporary', 'not open');
      try {
        await writeBatch(client, current.connection, lake, batch);
      } catch (error) {
        throw duckdbFailure(error);
      }
    },
    async erase(erasure, dryRun) {
      if (!current) throw new DestinationError('temporary', 'not open');
      try {
        return await eraseParquet(current.connection, lake, erasure, dryRun);
      } catch (error) {
        throw duckdbFailure(error);
      }
    },
    async query(sql, limit) {
      if (!current) throw new NitkaError('query_failed', 'the lake is not open yet');
      return current.query.run(sql, limit);
    },
    close() {
      current?.query.close();
      current?.connection.closeSync();
      current?.instance.closeSync();
      current = null;
    },
  };
};
