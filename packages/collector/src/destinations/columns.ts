export type ColumnKind = 'text' | 'integer' | 'time' | 'json' | 'bytes';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** False if it may be null. */
  readonly required: boolean;
}

export type TableName = 'raw_events' | 'raw_rejects' | 'nitka_batches';

const some = (kind: ColumnKind, required: boolean, ...names: string[]): Column[] =>
  names.map((name) => ({ name, kind, required }));

const loadColumns = [...some('text', true, 'batch_id'), ...some('time', true, 'loaded_at')];

/**
 * The raw layer, once for all destinations: version 1 of every table, columns in order. A column that comes later is a further
 * step in each destination's migrations.
 */
export const tables: Readonly<Record<TableName, readonly Column[]>> = {
  raw_events: [
    ...some('text', true, 'message_id', 'type'),
    ...some('text', false, 'event', 'anonymous_id', 'server_visitor_id', 'user_id', 'session_id'),
    ...some('integer', false, 'sequence'),
    ...some('text', false, 'phone', 'email'),
    ...some('time', true, 'occurred_at'),
    ...some('time', false, 'original_timestamp', 'sent_at'),
    ...some('time', true, 'received_at'),
    ...some('text', true, 'source', 'source_kind'),
    ...some('text', false, 'library', 'ip', 'user_agent', 'bot'),
    ...some('json', true, 'payload'),
    ...some('json', false, 'batch_context'),
    ...loadColumns,
  ],
  raw_rejects: [
    ...some('text', false, 'message_id'),
    ...some('text', true, 'source', 'code'),
    ...some('text', false, 'detail'),
    ...some('time', true, 'received_at'),
    ...some('bytes', true, 'payload'),
    ...loadColumns,
  ],
  nitka_batches: [
    ...some('text', true, 'batch_id'),
    ...some('integer', true, 'events', 'rejects'),
    ...some('time', true, 'loaded_at'),
  ],
};

export type ColumnValue = string | number | Buffer | null;

/** A row of any table by its columns' names. */
export type TableRow = Readonly<Record<string, ColumnValue>>;

export const tableNames = Object.keys(tables) as TableName[];
