import { messageIdOf } from './event-text.ts';
import type { SentBatch } from './listeners.ts';
import { eventsOf } from './queue/batch-text.ts';
import type { Batch } from './queue/batch.ts';
import type { Verdict } from './verdicts.ts';

export const createSentBatch = ({ length, text }: Batch, rejected: readonly Verdict[]): SentBatch => ({
  events: length,
  bytes: text.length,
  rejected,
  messageIds: () => eventsOf(text).map(messageIdOf),
});
