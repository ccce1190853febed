import { tables } from './columns.ts';
import type { Column, ColumnKind, TableName } from './columns.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { segmentViews } from './segment-views.ts';

/**
 * JSON is kept as text: PostgreSQL's json cannot be asked for anything once a \u0000 or half a surrogate pair is in it, and one such
 * row would break every query. The views ask through nitka_json.
 */
const types: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  integer: 'bigint',
  time: 'timestamp with time zone',
  json: 'text',
  bytes: 'bytea',
};

export type PostgresShape = Pick<PostgresOptions, 'schema' | 'greenplum' | 'storage'>;

/** As information_schema describes them, in order. */
export const postgresColumns = (table: TableName): readonly string[] =>
  tables[table].map(({ name, kind }) => `${name} ${types[kind]}`);

const definition = ({ name, kind, required }: Column): string =>
  `${name} ${types[kind]}${required ? ' NOT NULL' : ''}`;

/** Said even where it is the default: a database can have another (gp_default_storage_options), which takes no unique index. */
const heap = 'appendonly=false';

/** What stands behind the columns of a table: nothing in PostgreSQL. */
const placed = ({ greenplum }: PostgresShape, key: string, storage = heap, kept = ''): string =>
  greenplum ? ` WITH (${storage})${kept} DISTRIBUTED BY (${key})` : kept;

const createTable = (shape: PostgresShape, name: TableName, key: string, storage?: string): string =>
  `CREATE TABLE ${shape.schema}.${name} (\n  ${tables[name].map(definition).join(',\n  ')}\n)${placed(shape, key, storage || heap)}`;

/**
 * Lets a hostile payload be read: what PostgreSQL's json refuses becomes U+FFFD. Half a pair is found by taking the whole pairs out;
 * PostgreSQL 9.4 has no look-behind.
 */
const jsonFunction = (
  schema: string,
): string => String.raw`CREATE FUNCTION ${schema}.nitka_json(payload text) RETURNS json
LANGUAGE sql IMMUTABLE AS $nitka$
  SELECT CASE
    WHEN $1 !~* '\\u(0000|d[89a-f])' THEN $1
    WHEN regexp_replace($1, '\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}', '', 'gi') ~* '\\ud[89a-f]'
      THEN regexp_replace($1, '\\u(0000|d[89a-f][0-9a-f]{2})', '\\ufffd', 'gi')
    ELSE replace($1, '\u0000', '\ufffd')
  END::json
$nitka$`;

const views = ({ schema, greenplum }: PostgresShape): string[] => {
  // A query of all columns would read each payload sixty times. Greenplum 6 knows LATERAL, but not in every query.
  const document = (name: string): string => (greenplum ? `${schema}.nitka_json(r.${name})` : `j.${name}`);
  const read = (name: string): string => `${schema}.nitka_json(r.${name}) AS ${name}`;
  const once = greenplum
    ? ''
    : ` CROSS JOIN LATERAL (SELECT ${read('payload')}, ${read('batch_context')} OFFSET 0) AS j`;
  const path = (parts: readonly string[]): string => `'{${parts.join(',')}}'`;
  return segmentViews({
    text: (name, ...parts) => `${document(name)}#>>${path(parts)}`,
    json: (...parts) => `${document('payload')}#>${path(parts)}`,
    number: (text) =>
      String.raw`CASE WHEN ${text} ~ '^-?\d{1,15}(\.\d{1,15})?$' THEN (${text})::double precision END`,
    host: (text) => `substring(${text} from '^[A-Za-z]+://([^/?#:]+)')`,
    // [[:alnum:]] would depend on the locale of the database.
    slug: (column) =>
      String.raw`lower(regexp_replace(${column}, '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f\xa0-\xbf]+', '_', 'g'))`,
    latest: (column) =>
      `(array_agg(${column} ORDER BY r."timestamp" DESC, r.id DESC) FILTER (WHERE ${column} IS NOT NULL))[1]`,
    create: (name, columns, where) =>
      `CREATE OR REPLACE VIEW ${schema}.${name} AS SELECT ${columns.join(', ')} FROM ${schema}.raw_events AS r${once} WHERE ${where}`,
    // A schema may be shared with an application that has its own table of users.
    createUsers: (name, columns, where, group) => `DO $nitka$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '${schema}' AND c.relname = '${name}') THEN
    CREATE VIEW ${schema}.${name} AS SELECT ${columns.join(', ')} FROM ${schema}.identifies AS r WHERE ${where} GROUP BY ${group};
  END IF;
END $nitka$`,
  }).map(({ sql }) => sql);
};

/**
 * Append-optimised tables of Greenplum 6 take no unique index, and to look into theirs opens every column's file: 0.6 ms a row. What
 * messages are there stands in a heap beside them.
 */
const messageIds = (shape: PostgresShape): string[] => [
  `CREATE TABLE ${shape.schema}.nitka_message_ids (message_id text NOT NULL)${placed(shape, 'message_id')}`,
  `CREATE UNIQUE INDEX nitka_message_ids_message_id ON ${shape.schema}.nitka_message_ids (message_id)`,
];

/** Steps of the schema, in order; each is run in one transaction. A step that was released is never changed: add another. */
export const postgresSteps = (shape: PostgresShape): readonly (readonly string[])[] => {
  const { schema, greenplum, storage } = shape;
  const hasIds = greenplum && storage !== '';
  return [
    [
      createTable(shape, 'raw_events', 'message_id', storage),
      createTable(shape, 'raw_rejects', 'batch_id', storage),
      createTable(shape, 'nitka_batches', 'batch_id'),
      ...(hasIds ? messageIds(shape) : []),
      `CREATE ${hasIds ? '' : 'UNIQUE '}INDEX raw_events_message_id ON ${schema}.raw_events (message_id)`,
      `CREATE UNIQUE INDEX nitka_batches_batch_id ON ${schema}.nitka_batches (batch_id)`,
    ],
    // It also made the views of its time, whose columns are the first of those below.
    [jsonFunction(schema)],
    views(shape),
  ];
};

/** What is there before the first step. */
export const postgresBase = (shape: PostgresShape): string =>
  `CREATE TABLE ${shape.schema}.nitka_schema (version integer NOT NULL, applied_at timestamp with time zone NOT NULL)${placed(shape, 'version')}`;

/** Staging tables live as long as the connection and are empty after each commit: a table a load would swell the catalog. */
export const postgresStaging = (shape: PostgresShape): readonly string[] =>
  (['raw_events', 'raw_rejects'] as const).map(
    (table) =>
      `CREATE TEMPORARY TABLE nitka_${table} (LIKE ${shape.schema}.${table})${placed(
        shape,
        table === 'raw_events' ? 'message_id' : 'batch_id',
        heap,
        ' ON COMMIT DELETE ROWS',
      )}`,
  );
