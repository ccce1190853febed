import type { Clickhouse } from './clickhouse-client.ts';
import { clickhouseBase, clickhouseSteps, clickhouseType } from './clickhouse-schema.ts';
import type { ClickhouseShape } from './clickhouse-schema.ts';
import { tableNames, tables } from './columns.ts';
import { DestinationError } from './destination.ts';

/** Null if the tables were never made. */
const readVersion = async (server: Clickhouse, database: string): Promise<number | null> => {
  const [found] = await server.rows(
    "SELECT count() FROM system.tables WHERE database = {database:String} AND name = 'nitka_schema'",
    { database },
  );
  if (Number(found?.[0]) === 0) return null;
  const [version] = await server.rows(`SELECT max(version) FROM ${database}.nitka_schema`);
  return Number(version?.[0]);
};

const remaining = (shape: ClickhouseShape, version: number | null): string[] => {
  const steps = clickhouseSteps(shape);
  if (version !== null && version > steps.length) {
    throw new DestinationError('schema', `the tables are of version ${version}, made by a newer collector`);
  }
  return [
    ...(version === null ? clickhouseBase(shape) : []),
    ...steps.flatMap((step, index) =>
      index < (version ?? 0)
        ? []
        : [...step, `INSERT INTO ${shape.database}.nitka_schema (version) VALUES (${index + 1})`],
    ),
  ];
};

/** The statements that {@link migrateClickhouse} would run now; none is run. */
export const planClickhouse = async (server: Clickhouse, shape: ClickhouseShape): Promise<string[]> =>
  remaining(shape, await readVersion(server, shape.database));

const checkColumns = async (server: Clickhouse, database: string): Promise<void> => {
  const rows = await server.rows(
    'SELECT table, name, type FROM system.columns WHERE database = {database:String}',
    { database },
  );
  const found = new Set(rows.map((row) => row.join(' ')));
  for (const table of tableNames) {
    const missing = tables[table]
      .map((column) => `${column.name} ${clickhouseType(column)}`)
      .filter((column) => !found.has(`${table} ${column}`));
    if (missing.length > 0) {
      throw new DestinationError(
        'schema',
        `${database}.${table} has no column ${missing.map((each) => `"${each}"`).join(', ')}; add it, or move the table away`,
      );
    }
  }
};

/** Without a window a table takes a repeated load again, in silence. */
const checkWindow = async (
  server: Clickhouse,
  { database, deduplicationWindow }: ClickhouseShape,
): Promise<void> => {
  const rows = await server.rows(
    `SELECT name, create_table_query FROM system.tables WHERE database = {database:String}
     AND engine LIKE '%MergeTree' AND (name LIKE 'raw\\_%' OR name = 'nitka_batches')`,
    { database },
  );
  for (const [table, statement] of rows) {
    if (/(?:replicated_deduplication_window) = [1-9]/.test(String(statement))) continue;
    throw new DestinationError(
      'schema',
      `${database}.${String(table)} does not recognise repeated loads; run: ALTER TABLE ${database}.${String(table)} MODIFY SETTING non_replicated_deduplication_window = ${deduplicationWindow}`,
    );
  }
};

/** Brings the tables to the newest version and checks them. Columns that others added stay and get their defaults. */
export const migrateClickhouse = async (server: Clickhouse, shape: ClickhouseShape): Promise<void> => {
  for (const statement of await planClickhouse(server, shape)) await server.command(statement);
  await checkColumns(server, shape.database);
  await checkWindow(server, shape);
};
