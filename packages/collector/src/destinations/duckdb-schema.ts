import { segmentViews } from './segment-views.ts';
import type { SegmentView } from './segment-views.ts';

const tables = {
  raw_events: `message_id VARCHAR, type VARCHAR, event VARCHAR, anonymous_id VARCHAR, server_visitor_id VARCHAR, user_id VARCHAR,
    session_id VARCHAR, sequence BIGINT, phone VARCHAR, email VARCHAR, occurred_at TIMESTAMP, original_timestamp TIMESTAMP,
    sent_at TIMESTAMP, received_at TIMESTAMP, source VARCHAR, source_kind VARCHAR, library VARCHAR, ip VARCHAR,
    user_agent VARCHAR, bot VARCHAR, payload JSON, batch_context JSON, batch_id VARCHAR, loaded_at TIMESTAMP`,
  raw_rejects: `message_id VARCHAR, source VARCHAR, code VARCHAR, detail VARCHAR, received_at TIMESTAMP, payload BLOB,
    batch_id VARCHAR, loaded_at TIMESTAMP`,
  nitka_batches: 'batch_id VARCHAR, events BIGINT, rejects BIGINT, loaded_at TIMESTAMP',
};

/** What the newest version's tables consist of, in order. */
export const duckdbColumns: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(tables).map(([table, text]) => [table, text.replace(/\s+/g, ' ')]),
);

/** Steps of the schema, in order. A step that was released is never changed: add another. */
export const duckdbMigrations: readonly string[] = [
  `
CREATE TABLE raw_events (
  message_id VARCHAR NOT NULL,
  type VARCHAR NOT NULL,
  event VARCHAR,
  anonymous_id VARCHAR,
  server_visitor_id VARCHAR,
  user_id VARCHAR,
  session_id VARCHAR,
  sequence BIGINT,
  phone VARCHAR,
  email VARCHAR,
  occurred_at TIMESTAMP NOT NULL,
  original_timestamp TIMESTAMP,
  sent_at TIMESTAMP,
  received_at TIMESTAMP NOT NULL,
  source VARCHAR NOT NULL,
  source_kind VARCHAR NOT NULL,
  library VARCHAR,
  ip VARCHAR,
  user_agent VARCHAR,
  bot VARCHAR,
  payload JSON NOT NULL,
  batch_context JSON,
  batch_id VARCHAR NOT NULL,
  loaded_at TIMESTAMP NOT NULL
);
CREATE TABLE raw_rejects (
  message_id VARCHAR,
  source VARCHAR NOT NULL,
  code VARCHAR NOT NULL,
  detail VARCHAR,
  received_at TIMESTAMP NOT NULL,
  payload BLOB NOT NULL,
  batch_id VARCHAR NOT NULL,
  loaded_at TIMESTAMP NOT NULL
);
CREATE TABLE nitka_batches (batch_id VARCHAR NOT NULL, events BIGINT NOT NULL, rejects BIGINT NOT NULL, loaded_at TIMESTAMP NOT NULL);
`,
];

/** Half a surrogate pair, which JSON.stringify writes as an escape, is no JSON to DuckDB: one such row would break every query. */
const readable = (column: string): string =>
  String.raw`CASE WHEN json_valid(${column}) THEN ${column}::VARCHAR
  ELSE regexp_replace(${column}::VARCHAR, '\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '\\ufffd', 'g') END AS ${column}`;
const events = `SELECT * REPLACE (${readable('payload')}, ${readable('batch_context')}) FROM raw_events`;

/** Over the table, or whatever has its columns, of that name. */
export const duckdbViews: readonly SegmentView[] = segmentViews({
  text: (document, ...parts) => `r.${document}->>'$.${parts.join('.')}'`,
  json: (...parts) => `r.payload->'$.${parts.join('.')}'`,
  number: (text) => `TRY_CAST(${text} AS DOUBLE)`,
  host: (text) => `nullif(regexp_extract(${text}, '^[A-Za-z]+://([^/?#:]+)', 1), '')`,
  slug: (column) => String.raw`lower(regexp_replace(${column}, '[^\p{L}\p{N}]+', '_', 'g'))`,
  latest: (column) => `arg_max(${column}, (r."timestamp", r.id))`,
  create: (name, columns, where) =>
    `CREATE OR REPLACE VIEW ${name} AS SELECT ${columns.join(', ')} FROM (${events}) AS r WHERE ${where}`,
  createUsers: (name, columns, where, group) =>
    `CREATE OR REPLACE VIEW ${name} AS SELECT ${columns.join(', ')} FROM identifies AS r WHERE ${where} GROUP BY ${group}`,
});
