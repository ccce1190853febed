import type { Row } from '../row.ts';
import { at, numberColumns, sharedTexts, textColumns } from '../spool/chunk-layout.ts';
import { tables } from './columns.ts';
import type { Column } from './columns.ts';

/** Where a value lies in the spool. */
export interface Place {
  /** Whose first byte the offset counts from: an entry's record has what is its own, its chunk what all of a request share. */
  readonly of: 'entry' | 'chunk';
  /** Of a number, or of a text's start and length. */
  readonly offset: number;
}

const word = 8;
const text = (name: (typeof textColumns)[number]): Place => ({
  of: 'entry',
  offset: at.texts + textColumns.indexOf(name) * word,
});
const number = (name: (typeof numberColumns)[number]): Place => ({
  of: 'entry',
  offset: at.numbers + numberColumns.indexOf(name) * word,
});
const shared = (name: (typeof sharedTexts)[number]): Place => ({
  of: 'chunk',
  offset: at.shared + sharedTexts.indexOf(name) * word,
});

/** Which place belongs to which column: the one table that all readers of pages go by. */
const places: Readonly<Record<keyof Row, Place>> = {
  message_id: text('messageId'),
  type: text('type'),
  event: text('event'),
  anonymous_id: text('anonymousId'),
  server_visitor_id: shared('serverVisitorId'),
  user_id: text('userId'),
  session_id: text('sessionId'),
  sequence: number('sequence'),
  phone: text('phone'),
  email: text('email'),
  occurred_at: number('occurredAt'),
  original_timestamp: number('originalTimestamp'),
  sent_at: number('sentAt'),
  received_at: { of: 'chunk', offset: at.receivedAt },
  source: shared('source'),
  source_kind: shared('kind'),
  library: text('library'),
  ip: text('ip'),
  user_agent: text('userAgent'),
  bot: text('bot'),
  payload: { of: 'entry', offset: at.payload },
  batch_context: shared('batchContext'),
};

export interface PlacedColumn extends Column {
  /** In the table, from 0. */
  readonly index: number;
  readonly isNumber: boolean;
  /** Null for what the load adds. */
  readonly place: Place | null;
}

/** The columns of raw_events in the order of the table. */
export const placedColumns: readonly PlacedColumn[] = tables.raw_events.map((column, index) => ({
  ...column,
  index,
  isNumber: column.kind === 'integer' || column.kind === 'time',
  place: (places as Readonly<Record<string, Place | undefined>>)[column.name] ?? null,
}));
