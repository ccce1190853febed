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

const common = `message_id AS id, anonymous_id, user_id, received_at, sent_at, original_timestamp, occurred_at AS timestamp,
  payload->>'$.context.ip' AS context_ip, user_agent AS context_user_agent, library AS context_library,
  payload->>'$.context.locale' AS context_locale,
  payload->>'$.context.page.path' AS context_page_path, payload->>'$.context.page.url' AS context_page_url,
  payload->>'$.context.page.title' AS context_page_title, payload->>'$.context.page.referrer' AS context_page_referrer,
  payload->>'$.context.page.search' AS context_page_search,
  payload->>'$.context.campaign.source' AS context_campaign_source, payload->>'$.context.campaign.medium' AS context_campaign_medium,
  payload->>'$.context.campaign.name' AS context_campaign_name, payload->>'$.context.campaign.term' AS context_campaign_term,
  payload->>'$.context.campaign.content' AS context_campaign_content,
  payload->'$.context' AS context, session_id, source, batch_id, loaded_at`;

const page = `payload->>'$.name' AS name, payload->>'$.category' AS category, payload->'$.properties' AS properties,
  payload->>'$.properties.path' AS path, payload->>'$.properties.url' AS url, payload->>'$.properties.title' AS title,
  payload->>'$.properties.referrer' AS referrer, payload->>'$.properties.search' AS search`;

const traits = `payload->'$.traits' AS traits, phone, email`;

const view = (name: string, type: string, columns: string): string =>
  `CREATE OR REPLACE VIEW ${name} AS SELECT ${common}, ${columns} FROM raw_events WHERE type = '${type}';`;

/** Named and shaped as Segment's warehouses: https://segment.com/docs/connections/storage/warehouses/schema/ */
export const duckdbViews: readonly string[] = [
  view(
    'tracks',
    'track',
    `event AS event_text, lower(regexp_replace(event, '[^\\p{L}\\p{N}]+', '_', 'g')) AS event, payload->'$.properties' AS properties`,
  ),
  view('pages', 'page', page),
  view('screens', 'screen', page),
  view('identifies', 'identify', traits),
  view('groups', 'group', `payload->>'$.groupId' AS group_id, ${traits}`),
  view('aliases', 'alias', `payload->>'$.previousId' AS previous_id`),
];
