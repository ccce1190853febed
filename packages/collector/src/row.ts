import { isAccepted } from './spool/chunk.ts';
import type { SpoolChunk } from './spool/spool.ts';

/** One row of `raw_events`, less what the load itself adds. Times are milliseconds since 1970, UTC. */
export interface Row {
  readonly message_id: string;
  readonly type: string;
  readonly event: string | null;
  readonly anonymous_id: string | null;
  readonly server_visitor_id: string | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly sequence: number | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly occurred_at: number;
  readonly original_timestamp: number | null;
  readonly sent_at: number | null;
  readonly received_at: number;
  readonly source: string;
  readonly source_kind: string;
  readonly library: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly bot: string | null;
  /** The event's JSON, byte for byte as received. */
  readonly payload: Buffer;
  /** Fields that the sender put on the whole batch: JSON text. */
  readonly batch_context: string | null;
}

/** One row of `raw_rejects`. */
export interface RejectRow {
  readonly message_id: string | null;
  readonly source: string;
  readonly code: string;
  readonly detail: string | null;
  readonly received_at: number;
  readonly payload: Buffer;
}

export interface Rows {
  readonly events: readonly Row[];
  readonly rejects: readonly RejectRow[];
}

/** No column of text may hold NUL: PostgreSQL refuses it. The payload has it escaped, as JSON must. */
const text = (value: string | null): string | null =>
  value !== null && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;

/** The rows of the entries from `from` to before `to`. */
export const toRows = (chunks: readonly SpoolChunk[], from: number, to: number): Rows => {
  const events: Row[] = [];
  const rejects: RejectRow[] = [];
  for (const { first, chunk } of chunks) {
    const { meta, entries } = chunk;
    const start = Math.max(from - first, 0);
    const end = Math.min(to - first, entries.length);
    for (let at = start; at < end; at += 1) {
      const entry = entries[at]!;
      if (!isAccepted(entry)) {
        const { code, detail, payload } = entry;
        rejects.push({
          message_id: text(entry.messageId),
          source: meta.source,
          code,
          detail,
          received_at: meta.receivedAt,
          payload,
        });
        continue;
      }
      const c = entry.columns;
      events.push({
        message_id: text(c.messageId) as string,
        type: c.type,
        event: text(c.event),
        anonymous_id: text(c.anonymousId),
        server_visitor_id: meta.serverVisitorId,
        user_id: text(c.userId),
        session_id: text(c.sessionId),
        sequence: c.sequence,
        phone: c.phone,
        email: c.email,
        occurred_at: c.occurredAt,
        original_timestamp: c.originalTimestamp,
        sent_at: c.sentAt,
        received_at: meta.receivedAt,
        source: meta.source,
        source_kind: meta.kind,
        library: text(c.library),
        ip: c.ip,
        user_agent: text(c.userAgent),
        bot: text(c.bot),
        payload: entry.payload,
        batch_context: meta.batchContext,
      });
    }
  }
  return { events, rejects };
};
