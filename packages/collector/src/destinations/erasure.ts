/** Columns of `raw_events` that can say whose a row is. */
export type TraceColumn = 'phone' | 'email' | 'anonymous_id' | 'server_visitor_id' | 'user_id';

/** By what a person's rows are known. */
export interface Erasure {
  /** A row goes if one of its columns has one of the values. */
  readonly columns: Readonly<Partial<Record<TraceColumn, readonly string[]>>>;
  /**
   * So does one whose payload or batch context matches, whatever the case of letters: a regular expression of what RE2, PostgreSQL and
   * JavaScript all understand.
   */
  readonly pattern: string;
}

/** A row that goes, or went. */
export interface ErasedRow {
  readonly source: string;
  readonly messageId: string;
  readonly anonymousId: string | null;
  readonly serverVisitorId: string | null;
  readonly userId: string | null;
}

export interface Erased {
  readonly rows: readonly ErasedRow[];
  /** Of `raw_rejects`. */
  readonly rejects: number;
}

export const erasedColumns = 'source, message_id, anonymous_id, server_visitor_id, user_id';

/** A row of {@link erasedColumns}. */
export const erasedRow = (values: readonly unknown[]): ErasedRow => {
  const [source, messageId, anonymousId, serverVisitorId, userId] = values as (string | null)[];
  return {
    source: source!,
    messageId: messageId!,
    anonymousId: anonymousId ?? null,
    serverVisitorId: serverVisitorId ?? null,
    userId: userId ?? null,
  };
};

/** The condition on a table's rows: true or false, never null, since rows are kept by its opposite. `quote` makes a literal, `matches` the test of a text against the pattern. */
export const erasureConditions = (
  { columns, pattern }: Erasure,
  quote: (text: string) => string,
  matches: (column: string, literal: string) => string,
): { readonly events: string; readonly rejects: string } => {
  const byColumn = Object.entries(columns).flatMap(([column, values]) =>
    values.length > 0 ? [`coalesce(${column} IN (${values.map(quote).join(', ')}), false)`] : [],
  );
  const literal = quote(pattern);
  return {
    events: [...byColumn, matches('payload', literal), matches('batch_context', literal)].join(' OR '),
    rejects: matches('raw_payload', literal),
  };
};
