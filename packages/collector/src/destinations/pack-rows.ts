import type { Row } from '../row.ts';
import { encodeChunk } from '../spool/chunk.ts';
import type { ChunkMeta, Entry } from '../spool/chunk.ts';
import { createArena, pack } from '../spool/packed.ts';
import type { Packed } from '../spool/packed.ts';

const metaOf = (row: Row): ChunkMeta => ({
  source: row.source,
  kind: row.source_kind as ChunkMeta['kind'],
  receivedAt: row.received_at,
  serverVisitorId: row.server_visitor_id,
  batchContext: row.batch_context,
});

const isSame = (a: ChunkMeta, b: ChunkMeta): boolean =>
  a.source === b.source && a.kind === b.kind && a.receivedAt === b.receivedAt &&
  a.serverVisitorId === b.serverVisitorId && a.batchContext === b.batchContext; // prettier-ignore

/** @throws RangeError for what no column of whole numbers can hold */
const checked = (row: Row): Row => {
  for (const value of [row.sequence, row.occurred_at, row.original_timestamp, row.sent_at, row.received_at])
    if (value !== null && !Number.isSafeInteger(value)) throw new RangeError('not a whole number');
  return row;
};

const entryOf = (row: Row): Entry => ({
  columns: {
    messageId: row.message_id,
    type: row.type,
    event: row.event,
    anonymousId: row.anonymous_id,
    userId: row.user_id,
    sessionId: row.session_id,
    sequence: row.sequence,
    phone: row.phone,
    email: row.email,
    occurredAt: row.occurred_at,
    originalTimestamp: row.original_timestamp,
    sentAt: row.sent_at,
    library: row.library,
    ip: row.ip,
    userAgent: row.user_agent,
    bot: row.bot,
  },
  payload: row.payload,
});

/**
 * Rows as the spool would have them: for those that do not come from it.
 *
 * @throws RangeError for a number that is none, before anything is written
 */
export const packRows = (rows: readonly Row[]): Packed => {
  const chunks: { key: number; value: Buffer }[] = [];
  let from = 0;
  while (from < rows.length) {
    const meta = metaOf(rows[from]!);
    let to = from + 1;
    while (to < rows.length && isSame(meta, metaOf(rows[to]!))) to += 1;
    const entries = rows.slice(from, to).map((row) => entryOf(checked(row)));
    chunks.push({ key: from, value: encodeChunk({ meta, entries }) });
    from = to;
  }
  return pack(chunks, [0, rows.length], createArena());
};
