import type { ClickhouseOptions } from './clickhouse-options.ts';
import { tables } from './columns.ts';
import type { Column, TableName } from './columns.ts';
import { segmentViews } from './segment-views.ts';

export type ClickhouseShape = Pick<
  ClickhouseOptions,
  'database' | 'engine' | 'cluster' | 'distributed' | 'deduplicationWindow'
>;

const dictionary = new Set(['type', 'event', 'source', 'source_kind', 'library', 'bot', 'code', 'batch_id']);

/** The type of a column, as system.columns has it. */
export const clickhouseType = ({ name, kind, required }: Column): string => {
  const plain = kind === 'integer' ? 'Int64' : kind === 'time' ? "DateTime64(3, 'UTC')" : 'String';
  const type = required ? plain : `Nullable(${plain})`;
  return dictionary.has(name) ? `LowCardinality(${type})` : type;
};

const codec = ({ kind }: Column): string => {
  if (kind === 'time') return ' CODEC(Delta, ZSTD(1))';
  return kind === 'json' || kind === 'bytes' ? ' CODEC(ZSTD(3))' : ' CODEC(ZSTD(1))';
};

/**
 * No part of key or partition comes from `received_at`: the same message, sent again after years, sorts beside its first row, so that a
 * Replacing engine or OPTIMIZE … DEDUPLICATE can find it. Time is found by skip indexes instead; message ids made by Nitka begin with
 * the time, so rows lie in its order. One partition also makes one part of a load: it is there as a whole or not at all.
 */
const layouts: Readonly<Record<TableName, { readonly key: string; readonly indexes: readonly string[] }>> = {
  raw_events: {
    key: '(source, type, message_id)',
    indexes: [
      'INDEX received_at received_at TYPE minmax GRANULARITY 1',
      'INDEX occurred_at occurred_at TYPE minmax GRANULARITY 1',
      'INDEX batch_id batch_id TYPE bloom_filter(0.001) GRANULARITY 1',
      'INDEX anonymous_id anonymous_id TYPE bloom_filter(0.01) GRANULARITY 4',
    ],
  },
  raw_rejects: {
    key: '(source, code, batch_id)',
    indexes: ['INDEX batch_id batch_id TYPE bloom_filter(0.001) GRANULARITY 1'],
  },
  nitka_batches: { key: 'batch_id', indexes: [] },
};

const onCluster = ({ cluster }: ClickhouseShape): string => (cluster ? ` ON CLUSTER '${cluster}'` : '');

/** A server acknowledges what is in the page cache only, unless it is told to sync. */
const settings = ({ deduplicationWindow, cluster }: ClickhouseShape): string =>
  [
    `${cluster ? 'replicated' : 'non_replicated'}_deduplication_window = ${deduplicationWindow}`,
    ...(cluster ? ['replicated_deduplication_window_seconds = 31536000'] : []),
    'fsync_after_insert = 1',
    'fsync_part_directory = 1',
  ].join(', ');

const createTable = (shape: ClickhouseShape, name: TableName): string[] => {
  const { database, cluster, distributed } = shape;
  const { key, indexes } = layouts[name];
  const columns = tables[name].map((column) => `${column.name} ${clickhouseType(column)}${codec(column)}`);
  const engine = shape.engine ?? (cluster ? 'ReplicatedMergeTree' : 'MergeTree');
  const spread = distributed && name !== 'nitka_batches';
  const table = `${database}.${name}`;
  const stored = spread ? `${table}_local` : table;
  return [
    `CREATE TABLE IF NOT EXISTS ${stored}${onCluster(shape)} (\n  ${[...columns, ...indexes].join(',\n  ')}\n) ENGINE = ${engine} ORDER BY ${key} SETTINGS ${settings(shape)}`,
    ...(spread
      ? [
          `CREATE TABLE IF NOT EXISTS ${table}${onCluster(shape)} AS ${stored} ENGINE = Distributed('${cluster}', '${database}', '${name}_local', cityHash64(${name === 'raw_events' ? 'message_id' : 'batch_id'}))`,
        ]
      : []),
  ];
};

const views = (shape: ClickhouseShape): string[] => {
  const path = (parts: readonly string[]): string => parts.map((part) => `'${part}'`).join(', ');
  const { database } = shape;
  return segmentViews({
    text: (document, ...parts) => `JSONExtract(r.${document}, ${path(parts)}, 'Nullable(String)')`,
    json: (...parts) => `nullIf(JSONExtractRaw(r.payload, ${path(parts)}), '')`,
    number: (text) => `toFloat64OrNull(${text})`,
    host: (text) => `nullIf(domain(${text}), '')`,
    slug: (column) => String.raw`lowerUTF8(replaceRegexpAll(${column}, '[^\\p{L}\\p{N}]+', '_'))`,
    latest: (column) => `argMax(${column}, (r."timestamp", r.id))`,
    create: (name, columns, where) =>
      `CREATE OR REPLACE VIEW ${database}.${name}${onCluster(shape)} AS SELECT ${columns.join(', ')} FROM ${database}.raw_events AS r WHERE ${where}`,
    createUsers: (name, columns, where, group) =>
      `CREATE VIEW IF NOT EXISTS ${database}.${name}${onCluster(shape)} AS SELECT ${columns.join(', ')} FROM ${database}.identifies AS r WHERE ${where} GROUP BY ${group}`,
  }).map(({ sql }) => sql);
};

/** What is there before the first step. */
export const clickhouseBase = (shape: ClickhouseShape): readonly string[] => [
  `CREATE DATABASE IF NOT EXISTS ${shape.database}${onCluster(shape)}`,
  `CREATE TABLE IF NOT EXISTS ${shape.database}.nitka_schema${onCluster(shape)} (version UInt32, applied_at DateTime DEFAULT now()) ENGINE = ${shape.cluster ? 'ReplicatedMergeTree' : 'MergeTree'} ORDER BY version`,
];

/**
 * Steps of the schema, in order. ClickHouse has no transactions around them, so each statement may be run twice. A step that was
 * released is never changed: add another.
 */
export const clickhouseSteps = (shape: ClickhouseShape): readonly (readonly string[])[] => [
  [
    ...createTable(shape, 'raw_events'),
    ...createTable(shape, 'raw_rejects'),
    ...createTable(shape, 'nitka_batches'),
  ],
  // It made the views of its time.
  [],
  views(shape),
];
