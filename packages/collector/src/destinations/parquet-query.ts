import type { DuckDBConnection } from '@duckdb/node-api';
import { NitkaError } from '@nitka/core';
import { duckdbMigrations, duckdbViews } from './duckdb-schema.ts';
import { createDuckdbQuery } from './duckdb-query.ts';
import type { DuckdbQuery } from './duckdb-query.ts';
import type { Lake } from './parquet-lake.ts';
import { quoted } from './sql-text.ts';

/** A glob that finds no file is an error in DuckDB; an empty table stands for it. */
const createTableView = async (
  connection: DuckDBConnection,
  table: string,
  glob: string,
): Promise<boolean> => {
  const found = await connection.runAndReadAll(`SELECT 1 FROM glob(${quoted(glob)}) LIMIT 1`);
  const some = found.currentRowCount > 0;
  const files = `SELECT * FROM read_parquet(${quoted(glob)}, hive_partitioning = true, hive_types_autocast = false, union_by_name = true)`;
  const nothing = `SELECT *, NULL::VARCHAR AS date FROM empty.${table}`;
  await connection.run(`CREATE OR REPLACE VIEW ${table} AS ${some ? files : nothing}`);
  return some;
};

/** Queries over the files of a lake, by a database in memory that may read this folder and nothing else. */
export const createLakeQuery = async (
  client: typeof import('@duckdb/node-api'),
  lake: Lake,
  settings: Record<string, string>,
): Promise<DuckdbQuery> => {
  const instance = await client.DuckDBInstance.create(':memory:', settings);
  const connection = await instance.connect();
  await connection.run('CREATE SCHEMA empty');
  await connection.run('SET search_path = empty');
  for (const step of duckdbMigrations) await connection.run(step);
  await connection.run("SET search_path = 'main'");
  await connection.run(`SET allowed_directories = [${quoted(`${lake.root}/`)}]`);
  await connection.run('SET enable_external_access = false');
  const query = await createDuckdbQuery(instance, client);
  let complete = false;
  let prepared = false;

  const prepare = async (): Promise<void> => {
    const events = await createTableView(connection, 'raw_events', lake.glob('raw_events'));
    const rejects = await createTableView(connection, 'raw_rejects', lake.glob('raw_rejects'));
    if (!prepared) for (const { sql } of duckdbViews) await connection.run(sql);
    prepared = true;
    complete = events && rejects;
  };

  return {
    async run(sql, limit) {
      if (!complete) {
        await prepare().catch((error: unknown) => {
          throw new NitkaError('query_failed', (error as Error).message, { cause: error });
        });
      }
      return query.run(sql, limit);
    },
    close() {
      query.close();
      connection.closeSync();
      instance.closeSync();
    },
  };
};
