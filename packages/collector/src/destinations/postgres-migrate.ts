import type { Client } from 'pg';
import { tableNames } from './columns.ts';
import { DestinationError } from './destination.ts';
import { postgresBase, postgresColumns, postgresSteps } from './postgres-schema.ts';
import type { PostgresShape } from './postgres-schema.ts';

interface State {
  readonly hasSchema: boolean;
  /** Null if the tables were never made. */
  readonly version: number | null;
}

/** Tables without a place among the segments, or loads that do not take turns, are noticed in Greenplum when it is late. */
const checkKind = async (client: Client, { greenplum }: PostgresShape): Promise<void> => {
  const { rows } = await client.query(
    `SELECT 1 FROM pg_tables WHERE schemaname = 'pg_catalog' AND tablename = 'gp_distribution_policy'`,
  );
  if (rows.length > 0 === greenplum) return;
  throw new DestinationError(
    'schema',
    greenplum
      ? 'this server is no Greenplum: leave "greenplum" out'
      : 'this server is a Greenplum: "greenplum": true is needed',
  );
};

const readState = async (client: Client, schema: string): Promise<State> => {
  const found = await client.query<{ schemas: string; tables: string }>(
    `SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = $1) AS schemas,
            (SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename = 'nitka_schema') AS tables`,
    [schema],
  );
  const hasSchema = Number(found.rows[0]?.schemas) > 0;
  if (Number(found.rows[0]?.tables) === 0) return { hasSchema, version: null };
  const version = await client.query<{ version: number }>(
    `SELECT coalesce(max(version), 0) AS version FROM ${schema}.nitka_schema`,
  );
  return { hasSchema, version: version.rows[0]?.version ?? 0 };
};

const remaining = (shape: PostgresShape, { hasSchema, version }: State): string[][] => {
  const steps = postgresSteps(shape);
  if (version !== null && version > steps.length) {
    throw new DestinationError('schema', `the tables are of version ${version}, made by a newer collector`);
  }
  const { schema } = shape;
  const base = [...(hasSchema ? [] : [`CREATE SCHEMA ${schema}`]), postgresBase(shape)];
  const note = (index: number): string => `INSERT INTO ${schema}.nitka_schema VALUES (${index + 1}, now())`;
  const open = steps.flatMap((step, index) => (index < (version ?? 0) ? [] : [[...step, note(index)]]));
  return version === null ? [base, ...open] : open;
};

/** The statements that {@link migratePostgres} would run now; none is run. */
export const planPostgres = async (client: Client, shape: PostgresShape): Promise<string[]> => {
  await checkKind(client, shape);
  return remaining(shape, await readState(client, shape.schema)).flat();
};

const checkColumns = async (client: Client, schema: string): Promise<void> => {
  for (const table of tableNames) {
    const { rows } = await client.query<{ text: string }>(
      `SELECT column_name || ' ' || data_type AS text FROM information_schema.columns
       WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`,
      [schema, table],
    );
    const found = new Set(rows.map(({ text }) => text));
    const missing = postgresColumns(table).filter((column) => !found.has(column));
    if (missing.length > 0) {
      throw new DestinationError(
        'schema',
        `${schema}.${table} has no column ${missing.map((each) => `"${each}"`).join(', ')}; add it, or move the table away`,
      );
    }
  }
};

/**
 * Brings the tables to the newest version, each step in a transaction, and checks that they have the columns that are filled.
 * Columns that others added stay: they are filled with their defaults.
 */
export const migratePostgres = async (client: Client, shape: PostgresShape): Promise<void> => {
  const { schema } = shape;
  await checkKind(client, shape);
  for (;;) {
    const [step] = remaining(shape, await readState(client, schema));
    if (!step) break;
    await client.query('BEGIN');
    try {
      const state = await readState(client, schema);
      // Two collectors may start at once: the second waits here, and then finds the step done.
      if (state.version !== null) await client.query(`LOCK TABLE ${schema}.nitka_schema IN EXCLUSIVE MODE`);
      const [same] = remaining(shape, await readState(client, schema));
      if (same?.join() === step.join()) for (const statement of step) await client.query(statement);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      // What is there already may be there since another collector made it a moment ago.
      const isOpen = async (): Promise<boolean> =>
        remaining(shape, await readState(client, schema))[0]?.join() === step.join();
      if (await isOpen().catch(() => true)) throw error;
    }
  }
  await checkColumns(client, schema);
};
