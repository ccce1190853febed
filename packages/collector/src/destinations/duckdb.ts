import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NitkaError } from '@nitka/core';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { makeFolder } from '../make-folder.ts';
import { DestinationError } from './destination.ts';
import type { CreateDestination, Destination, LoadBatch } from './destination.ts';
import { appendBatch, importDuckdb, noRows } from './duckdb-append.ts';
import type { BatchSize } from './duckdb-append.ts';
import { eraseDuckdb } from './duckdb-erase.ts';
import { duckdbFailure } from './duckdb-failure.ts';
import { migrateDuckdb } from './duckdb-migrate.ts';
import { planDuckdb } from './duckdb-plan.ts';
import { createDuckdbQuery } from './duckdb-query.ts';
import type { DuckdbQuery } from './duckdb-query.ts';
import { duckdbEngineProperties } from './duckdb-options.ts';
import type { DuckdbEngineOptions } from './duckdb-options.ts';
import { parseDestinationOptions } from './options.ts';
import { quoted } from './sql-text.ts';

export interface DuckdbOptions extends DuckdbEngineOptions {
  /** The database file. @default `<dataDir>/warehouse.duckdb` */
  readonly path: string;
}

/** Rows; a multiple of 2,048. */
const rowGroup = 10_240;
/** What DuckDB reads and writes at a time. */
const rowsTogether = 2048;
/** Bytes of a row from which on so many are much for the default memory, and of such rows in a row group. */
const largeRow = 4096;
const largeRows = 8 * 1024 * 1024;

/** DuckDB in a file of its own: one process, no server. Rows and batch id are committed in one transaction. */
export const createDuckdb: CreateDestination = async (config, { dataDir }): Promise<Destination> => {
  const options: DuckdbOptions = parseDestinationOptions(config, duckdbEngineProperties, {
    path: join(dataDir, 'warehouse.duckdb'),
    memoryLimit: '64MB',
    threads: 1,
  });
  const client = await importDuckdb();
  let instance: DuckDBInstance | undefined;
  let connection: DuckDBConnection | undefined;
  let query: DuckdbQuery | undefined;
  let opensAgain = false;
  /** Bytes of large rows in the row group that is not ended. */
  let gathered = 0;

  const close = (): void => {
    query?.close();
    connection?.closeSync();
    // Without it the file stays locked to this process.
    instance?.closeSync();
    query = connection = instance = undefined;
  };

  const open = async (): Promise<void> => {
    makeFolder(dirname(options.path), 0o777);
    // The rows of a process that was killed are read out of its log, and the next ones follow them.
    gathered = statSync(`${options.path}.wal`, { throwIfNoEntry: false })?.size ?? 0;
    instance = await client.api.DuckDBInstance.create(':memory:', {
      memory_limit: options.memoryLimit,
      threads: String(options.threads),
      // Where DuckDB's own would be: an instance in memory has it in the folder that the process runs in.
      temp_directory: `${options.path}.tmp`,
      autoinstall_known_extensions: 'false',
      // DuckDB frees large blocks from several threads, and the C library keeps what was freed in an arena for each. Here it is told to give
      // that back whenever a block makes room for another, the whole process's with it. Measured at 38,000 events a second: 60 MiB less.
      allocator_bulk_deallocation_flush_threshold: '128KB',
      // Row groups that were ended early stay as they are (`endRowGroup`).
      max_vacuum_tasks: '0',
    });
    connection = await instance.connect();
    // A load that fills a row group is written to its place at once. A smaller one goes to the log first, and at each checkpoint all of
    // the last row group is written anew: with DuckDB's own size of 122,880 rows that cost twice as much processor time as the load.
    // Zstandard is there from format 1.2 on; an older file is brought to it as it is written.
    await connection.run(
      `ATTACH ${quoted(options.path)} AS warehouse (ROW_GROUP_SIZE ${rowGroup}, STORAGE_VERSION 'v1.2.0')`,
    );
    // Left to itself, DuckDB tries every method on every column and takes FSST for the payloads. Measured with pnpm tsx
    // packages/collector/bench/stages.ts: a third less processor time for a load, and half the bytes on disk.
    await connection.run("SET force_compression = 'zstd'");
    await connection.run('USE warehouse');
    // A query must not read or write other files of the machine.
    await connection.run('SET enable_external_access = false');
    await migrateDuckdb(connection);
    query = await createDuckdbQuery(instance, client.api, 'warehouse');
  };

  const append = async (to: DuckDBConnection, batch: LoadBatch): Promise<BatchSize> => {
    await to.run('BEGIN');
    try {
      const found = await to.runAndReadAll('SELECT 1 FROM nitka_batches WHERE batch_id = $1', [batch.id]);
      const size = found.currentRowCount === 0 ? await appendBatch(client, to, batch) : noRows;
      await to.run('COMMIT');
      return size;
    } catch (error) {
      await to.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  };

  /**
   * With 30 KB each the rows that DuckDB takes together are 60 MB: it could neither finish a checkpoint nor answer a query. Rows that come
   * after a checkpoint begin a row group.
   */
  const endRowGroup = async (to: DuckDBConnection, { rows, bytes }: BatchSize): Promise<void> => {
    if (bytes <= rows * largeRow) {
      if (rows >= rowsTogether) gathered = 0;
      return;
    }
    gathered += bytes;
    if (gathered < largeRows) return;
    gathered = 0;
    await to.run('CHECKPOINT');
  };

  const openOrClose = async (): Promise<void> => {
    try {
      await open();
      opensAgain = false;
    } catch (error) {
      close();
      throw duckdbFailure(error);
    }
  };

  /** After a checkpoint that failed DuckDB refuses everything until the file is opened anew. */
  const recover = async (from: DuckDBConnection): Promise<void> => {
    const refusesAll = await from.run('SELECT 1 FROM nitka_batches LIMIT 1').then(
      () => false,
      () => true,
    );
    if (!refusesAll) return;
    close();
    opensAgain = true;
  };

  const run = async <T>(work: (to: DuckDBConnection) => Promise<T>): Promise<T> => {
    if (opensAgain) await openOrClose();
    const to = connection;
    if (!to) throw new DestinationError('temporary', 'not open');
    try {
      return await work(to);
    } catch (error) {
      await recover(to);
      throw duckdbFailure(error);
    }
  };

  return {
    open: openOrClose,
    load: (batch) => run(async (to) => endRowGroup(to, await append(to, batch))),
    plan: () => planDuckdb(options.path),
    erase: (erasure, dryRun) => run((to) => eraseDuckdb(to, erasure, dryRun)),
    async query(sql, limit) {
      if (!query) throw new NitkaError('query_failed', 'the database is not open yet');
      return query.run(sql, limit);
    },
    close() {
      opensAgain = false;
      close();
    },
  };
};
