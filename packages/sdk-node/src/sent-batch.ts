import type { QueueRecord } from '@nitka/core';
import { messageIdOf } from './event-text.ts';
import type { SentBatch } from './listeners.ts';

export const createSentBatch = (records: readonly QueueRecord[]): SentBatch => ({
  events: records.length,
  bytes: records.reduce((sum, record) => sum + record.bytes, 0),
  messageIds: () => records.map((record) => messageIdOf(record.json)),
});
