import { messageIdOf } from './event-text.ts';
import type { SentBatch } from './listeners.ts';
import { eventsOf } from './queue/batch-text.ts';
import type { Batch } from './queue/batch.ts';

export const createSentBatch = ({ length, text }: Batch): SentBatch => ({
  events: length,
  bytes: text.length,
  messageIds: () => eventsOf(text).map(messageIdOf),
});
