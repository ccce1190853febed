import type { DuckDBConnection } from '@duckdb/node-api';
import { DestinationError } from './destination.ts';
import { duckdbColumns, duckdbMigrations, duckdbViews } from './duckdb-schema.ts';

const columnsOf = async (connection: DuckDBConnection, table: string): Promise<string> => {
  const reader = await connection.runAndReadAll(
    "SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index) FROM duckdb_columns() WHERE table_name = $1",
    [table],
  );
  return String(reader.getRows()[0]?.[0] ?? '');
};

/** An appender fills columns by position, so other columns than these would be filled with nonsense. */
const checkColumns = async (connection: DuckDBConnection): Promise<void> => {
  for (const [table, expected] of Object.entries(duckdbColumns)) {
    const found = await columnsOf(connection, table);
    if (found !== expected) {
      throw new DestinationError('schema', `${table}: expected the columns (${expected}), found (${found})`);
    }
  }
};

/** A table of the owner's that has the name of a view stays as it is. */
const tablesIn = async (connection: DuckDBConnection): Promise<ReadonlySet<unknown>> => {
  const reader = await connection.runAndReadAll(
    'SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()',
  );
  return new Set(reader.getRows().map(([name]) => name));
};

/** Brings the tables to the newest version, each step in a transaction. */
export const migrateDuckdb = async (connection: DuckDBConnection): Promise<void> => {
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
  await checkColumns(connection);
  const own = await tablesIn(connection);
  for (const { name, sql } of duckdbViews) if (!own.has(name)) await connection.run(sql);
};
