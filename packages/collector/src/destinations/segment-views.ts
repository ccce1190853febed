import { usersView } from './segment-users.ts';

/** Where JSON stands in a row: the event itself, and what came with its batch. */
export type ViewDocument = 'payload' | 'batch_context';

/** How a SQL dialect says what the views need. The table is `raw_events AS r`: an alias must not hide a column. */
export interface ViewDialect {
  /** The text at a path, a number's text included; null if there is none. */
  text(document: ViewDocument, ...path: string[]): string;
  /** The JSON at a path of the payload, null if there is none. */
  json(...path: string[]): string;
  /** A text as a number, null if it is none. */
  number(text: string): string;
  /** The host of an address, null if it has none. */
  host(text: string): string;
  /** A column's text in lower case, words joined by `_`. */
  slug(column: string): string;
  /** In a query of groups: what a column had last, by the column `timestamp` and passing over nulls. */
  latest(column: string): string;
  /** The whole statement, which replaces a view of that name. */
  create(name: string, columns: readonly string[], where: string): string;
  /** The whole statement of a view over `identifies AS r`. A table or view of that name stays as it is. */
  createUsers(name: string, columns: readonly string[], where: string, group: string): string;
}

export interface SegmentView {
  readonly name: string;
  readonly sql: string;
}

const pageFields = ['path', 'url', 'title', 'referrer', 'search'];
const campaignFields = ['source', 'medium', 'name', 'term', 'content'];
/** What the mobile SDKs of Segment and RudderStack say of the device and the program. */
const deviceFields = [
  ...['name', 'version'].map((field) => ['os', field]),
  ...['id', 'type', 'manufacturer', 'model', 'name'].map((field) => ['device', field]),
  ...['name', 'version', 'build', 'namespace'].map((field) => ['app', field]),
];
/** Those that the specification reserves, written as in JavaScript there and with `_` by others: https://segment.com/docs/connections/spec/identify/#traits */
export const traitFields = [
  ...['name', 'first_name', 'last_name', 'username', 'title', 'company', 'gender', 'birthday', 'created_at'],
  ...['description', 'website', 'avatar'],
];
const camel = (name: string): string => name.replace(/_./g, (found) => found.charAt(1).toUpperCase());

/**
 * `tracks`, `pages`, `screens`, `identifies`, `groups`, `aliases` over `raw_events` and `users` over `identifies`, named and shaped as the
 * warehouses of Segment and RudderStack are:
 * https://segment.com/docs/connections/storage/warehouses/schema/
 * https://www.rudderstack.com/docs/destinations/warehouse-destinations/warehouse-schema/
 *
 * PostgreSQL replaces a view that others stand on only by one with further columns at its end: a new column comes last in `added`,
 * an old one keeps its place, name and type.
 */
export const segmentViews = (dialect: ViewDialect): SegmentView[] => {
  const { text, json, number, host, slug, create } = dialect;
  const same = (...names: string[]): string[] => names.map((name) => `r.${name} AS ${name}`);
  const first = (...expressions: string[]): string => `coalesce(${expressions.join(', ')})`;
  // Some SDKs say once for the whole batch what holds for all of its events.
  const context = (...path: string[]): string =>
    first(text('payload', 'context', ...path), text('batch_context', 'context', ...path));
  const named = (path: readonly string[], expression = context(...path)): string =>
    `${expression} AS context_${path.join('_')}`;
  // `utm_campaign` is `name`; to some clients it is `campaign`.
  const campaign = (field: string): string =>
    field === 'name'
      ? first(context('campaign', 'name'), context('campaign', 'campaign'))
      : context('campaign', field);
  // What a page tells of itself may stand in the context alone.
  const property = (name: string): string =>
    first(text('payload', 'properties', name), context('page', name));
  const trait = (name: string): string[] =>
    [...new Set([name, camel(name)])].flatMap((each) => [
      text('payload', 'traits', each),
      text('payload', 'context', 'traits', each),
    ]);

  const referringDomain = first(context('page', 'referring_domain'), host(context('page', 'referrer')));
  const initialReferrer = first(context('page', 'initial_referrer'), context('touch', 'first', 'referrer'));
  const initialDomain = first(context('page', 'initial_referring_domain'), host(initialReferrer));

  const common = [
    'r.message_id AS id',
    ...same('anonymous_id', 'user_id', 'received_at', 'sent_at', 'original_timestamp'),
    'r.occurred_at AS "timestamp"',
    'r.ip AS context_ip',
    'r.user_agent AS context_user_agent',
    'r.library AS context_library',
    named(['locale']),
    ...pageFields.map((field) => named(['page', field])),
    ...campaignFields.map((field) => named(['campaign', field], campaign(field))),
    `${json('context')} AS context`,
    ...same('session_id', 'server_visitor_id', 'source', 'source_kind', 'bot', 'batch_id', 'loaded_at'),
  ];
  const added = [
    // Packages ask by it what has come since their last run.
    'r.loaded_at AS uuid_ts',
    `${first(text('payload', 'channel'), text('batch_context', 'channel'), "CASE r.source_kind WHEN 'browser' THEN 'web' ELSE 'server' END")} AS channel`,
    'r.session_id AS context_session_id',
    ...[['library', 'name'], ['library', 'version'], ['timezone']].map((path) => named(path)),
    named(['page', 'referring_domain'], referringDomain),
    named(['page', 'initial_referrer'], initialReferrer),
    named(['page', 'initial_referring_domain'], initialDomain),
    ...['width', 'height', 'density'].map((field) =>
      named(['screen', field], number(context('screen', field))),
    ),
    ...deviceFields.map((path) => named(path)),
    // Normalised, and under the operator's policy.
    'r.email AS context_traits_email',
    'r.phone AS context_traits_phone',
  ];
  const page = [
    `${text('payload', 'name')} AS name`,
    `${text('payload', 'category')} AS category`,
    `${json('properties')} AS properties`,
    ...pageFields.map((field) => `${property(field)} AS ${field}`),
  ];
  const pageAdded = [
    `${referringDomain} AS referring_domain`,
    `${initialReferrer} AS initial_referrer`,
    `${initialDomain} AS initial_referring_domain`,
  ];
  const traits = [`${first(json('traits'), json('context', 'traits'))} AS traits`, ...same('phone', 'email')];
  const view = (name: string, type: string, own: readonly string[], ownAdded: readonly string[] = []) => ({
    name,
    sql: create(name, [...common, ...own, ...added, ...ownAdded], `r.type = '${type}'`),
  });

  return [
    view('tracks', 'track', [
      'r.event AS event_text',
      `${slug('r.event')} AS event`,
      `${json('properties')} AS properties`,
    ]),
    view('pages', 'page', page, pageAdded),
    view('screens', 'screen', page, pageAdded),
    view(
      'identifies',
      'identify',
      traits,
      traitFields.map((name) => `${first(...trait(name))} AS ${name}`),
    ),
    view('groups', 'group', [`${text('payload', 'groupId')} AS group_id`, ...traits]),
    view('aliases', 'alias', [`${text('payload', 'previousId')} AS previous_id`]),
    usersView(dialect, traitFields),
  ];
};
