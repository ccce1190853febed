import { requireWhole, type TrackerQueue } from './options.ts';
import { createMemoryStorage, type Packing } from './queue/memory-storage.ts';

export interface MemoryQueueOptions {
  /** Events that may wait; further ones are refused. @default 250000 */
  readonly maxEvents?: number;
  /** Bytes of JSON that may wait. @default 134217728 (128 MiB, which on Node take a part of that); 67108864 on the edge */
  readonly maxBytes?: number;
}

/**
 * Events wait in memory: gone with the process. Where that will not do, use `diskQueue` of `@nitka/node/disk`.
 *
 * @throws NitkaError `invalid_option`
 */
export type MemoryQueue = (options?: MemoryQueueOptions) => TrackerQueue;

/** @param packing makes what waits long small, where the platform can do that off its JavaScript thread */
export const createMemoryQueue =
  (packing?: Packing): MemoryQueue =>
  ({ maxEvents = 250_000, maxBytes = (packing ? 128 : 64) * 1024 * 1024 } = {}) => {
    requireWhole({ maxEvents, maxBytes });
    return { storage: createMemoryStorage(packing), maxEvents, maxBytes };
  };
