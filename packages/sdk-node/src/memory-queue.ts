import type { TrackerQueue } from './options.ts';
import { createMemoryStorage } from './queue/memory-storage.ts';

export interface MemoryQueueOptions {
  /** Events that may wait; further ones are refused. @default 250000 */
  readonly maxEvents?: number;
  /** Bytes of JSON that may wait: about what the process needs for them. @default 67108864 (64 MiB) */
  readonly maxBytes?: number;
}

/** Events wait in memory: gone with the process. Where that will not do, use `diskQueue` of `@nitka/node/disk`. */
export const memoryQueue = ({
  maxEvents = 250_000,
  maxBytes = 64 * 1024 * 1024,
}: MemoryQueueOptions = {}): TrackerQueue => ({
  storage: createMemoryStorage(),
  maxEvents,
  maxBytes,
});
