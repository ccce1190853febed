import { existsSync } from 'node:fs';
import { duckdbMigrations, duckdbViews } from './duckdb-schema.ts';
import { DestinationError } from './destination.ts';
import { duckdbFailure } from './duckdb-failure.ts';
import { importClient } from './options.ts';

type Client = typeof import('@duckdb/node-api');

/** The version of the tables in a database file; 0 if there are none. */
const versionIn = async (client: Client, path: string): Promise<number> => {
  const instance = await client.DuckDBInstance.create(path, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    const known = await connection.runAndReadAll(
      "SELECT 1 FROM duckdb_tables() WHERE table_name = 'nitka_schema'",
    );
    if (known.currentRowCount === 0) return 0;
    const found = await connection.runAndReadAll('SELECT coalesce(max(version), 0) FROM nitka_schema');
    return Number(found.getRows()[0]?.[0] ?? 0);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};

/** The statements by which the tables would be made or migrated; the file is not touched. Views are made anew at each start. */
export const planDuckdb = async (path: string): Promise<string[]> => {
  const client = await importClient('@duckdb/node-api', () => import('@duckdb/node-api'));
  const version = existsSync(path)
    ? await versionIn(client, path).catch((error: unknown) => {
        throw duckdbFailure(error);
      })
    : 0;
  if (version > duckdbMigrations.length)
    throw new DestinationError('schema', `the tables are of version ${version}, made by a newer collector`);
  const steps = duckdbMigrations.slice(version).map((step) => step.trim());
  return steps.length === 0 ? [] : [...steps, ...duckdbViews.map(({ sql }) => sql)];
};
