import type { Row } from '../../src/row.ts';

/** A row with nothing in it but what is given. */
export const row = (messageId: string, more: Partial<Row> = {}): Row => ({
  message_id: messageId, type: 'track', event: 'E', anonymous_id: 'a', server_visitor_id: null, user_id: null, session_id: null, sequence: null,
  phone: null, email: null, occurred_at: 1_700_000_000_123, original_timestamp: null, sent_at: null, received_at: 1_700_000_000_456, source: 'site',
  source_kind: 'browser', library: null, ip: null, user_agent: null, bot: null, payload: Buffer.from('{}'), batch_context: null, ...more,
}); // prettier-ignore
