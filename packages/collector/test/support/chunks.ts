import type { Chunk, ChunkMeta, Entry } from '../../src/spool/chunk.ts';

/** What all entries of {@link chunk} share. */
export const meta: ChunkMeta = {
  source: 'site',
  kind: 'browser',
  receivedAt: 5,
  serverVisitorId: null,
  batchContext: null,
};

const columns = {
  type: 'track', event: 'E', anonymousId: 'a', userId: null, sessionId: null, sequence: 1, phone: null, email: null,
  occurredAt: 1, originalTimestamp: null, sentAt: null, library: null, ip: null, userAgent: null, bot: null,
}; // prettier-ignore

/** An accepted entry; its id is filled up to so many characters in the payload. */
export const event = (messageId: string, length = 0): Entry => ({
  columns: { ...columns, messageId },
  payload: Buffer.from(`{"id":"${messageId.padEnd(length, 'x')}"}`),
});

export const refused = (messageId: string): Entry => ({
  code: 'schema_invalid',
  detail: null,
  messageId,
  payload: Buffer.from(messageId),
});

export const chunk = (...entries: Entry[]): Chunk => ({ meta, entries });
