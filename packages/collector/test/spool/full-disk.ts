import type { Chunk } from '../../src/spool/chunk.ts';

export const eventsInChunk = 10;

/** Ten events, of 10 KB by default, with messageIds of their own. */
export const chunk = (number: number, bytes = 10_000): Chunk => ({
  meta: { source: 'till', kind: 'server', receivedAt: 1, serverVisitorId: null, batchContext: null },
  entries: Array.from({ length: eventsInChunk }, (_, index) => ({
    columns: {
      messageId: `event-${number}-${index}`,
      type: 'track',
      event: 'Order Completed',
      anonymousId: 'a',
      userId: null,
      sessionId: null,
      sequence: null,
      phone: null,
      email: null,
      occurredAt: 1,
      originalTimestamp: null,
      sentAt: null,
      library: null,
      ip: null,
      userAgent: null,
      bot: null,
    },
    payload: Buffer.alloc(bytes, 'x'),
  })),
});
