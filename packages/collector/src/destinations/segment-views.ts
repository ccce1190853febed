/** How a SQL dialect says what the views need. The table is `raw_events AS r`: an alias must not hide a column. */
export interface ViewDialect {
  /** The text at a path of the payload, null if there is none. */
  text(...path: string[]): string;
  /** The JSON at a path of the payload. */
  json(...path: string[]): string;
  /** A column's text in lower case, words joined by `_`. */
  slug(column: string): string;
  /** The whole statement. */
  create(name: string, columns: readonly string[], where: string): string;
}

const pageFields = ['path', 'url', 'title', 'referrer', 'search'];
const campaignFields = ['source', 'medium', 'name', 'term', 'content'];

/**
 * `tracks`, `pages`, `screens`, `identifies`, `groups`, `aliases` over `raw_events`, named and shaped as Segment's warehouses are:
 * https://segment.com/docs/connections/storage/warehouses/schema/
 */
export const segmentViews = ({ text, json, slug, create }: ViewDialect): string[] => {
  const same = (...names: string[]): string[] => names.map((name) => `r.${name} AS ${name}`);
  const common = [
    'r.message_id AS id',
    ...same('anonymous_id', 'user_id', 'received_at', 'sent_at', 'original_timestamp'),
    'r.occurred_at AS "timestamp"',
    `${text('context', 'ip')} AS context_ip`,
    'r.user_agent AS context_user_agent',
    'r.library AS context_library',
    `${text('context', 'locale')} AS context_locale`,
    ...pageFields.map((field) => `${text('context', 'page', field)} AS context_page_${field}`),
    ...campaignFields.map((field) => `${text('context', 'campaign', field)} AS context_campaign_${field}`),
    `${json('context')} AS context`,
    ...same('session_id', 'server_visitor_id', 'source', 'source_kind', 'bot', 'batch_id', 'loaded_at'),
  ];
  const page = [
    `${text('name')} AS name`,
    `${text('category')} AS category`,
    `${json('properties')} AS properties`,
    ...pageFields.map((field) => `${text('properties', field)} AS ${field}`),
  ];
  const traits = [`${json('traits')} AS traits`, ...same('phone', 'email')];
  const view = (name: string, type: string, columns: readonly string[]): string =>
    create(name, [...common, ...columns], `r.type = '${type}'`);

  return [
    view('tracks', 'track', [
      'r.event AS event_text',
      `${slug('r.event')} AS event`,
      `${json('properties')} AS properties`,
    ]),
    view('pages', 'page', page),
    view('screens', 'screen', page),
    view('identifies', 'identify', traits),
    view('groups', 'group', [`${text('groupId')} AS group_id`, ...traits]),
    view('aliases', 'alias', [`${text('previousId')} AS previous_id`]),
  ];
};
