import type { MaybePromise, QueueLimit } from '@nitka/core';

/** Events that were stored together and are removed together: those of one moment. */
export interface StoredChunk {
  /** Higher than that of every older chunk, and never given twice. */
  readonly key: number;
  /** When its first event was queued, milliseconds since 1970 by the clock of then. */
  readonly queuedAt: number;
  /** Events. */
  readonly count: number;
  /** Their JSON, joined as batch-text.ts says. */
  readonly text: Uint8Array<ArrayBuffer>;
}

/** Where events wait, in memory or on disk. */
export interface EventStorage {
  /**
   * Keeps an event as the newest. What it returns is undefined where the event is as safe as it will be, and otherwise
   * resolves once it is; events of one moment share the promise. Rejects or throws when it cannot.
   */
  append(json: string, queuedAt: number): Promise<void> | undefined;
  /** The oldest chunks behind `after`, in order, within the limit; at least one if there is any. */
  read(limit: QueueLimit, after?: number): MaybePromise<readonly StoredChunk[]>;
  /** Chunks that are gone already are passed over. A storage may put the work off until {@link EventStorage.settle}. */
  remove(chunks: readonly StoredChunk[]): MaybePromise<void>;
  /** Resolves once {@link EventStorage.size} can be asked. Rejects when the storage cannot be opened. */
  open?(): Promise<void>;
  /** What waits, events that are not safe yet included. Bytes are of JSON. */
  size(): { readonly count: number; readonly bytes: number };
  /** False when another process has removed the chunk. Only where processes share the storage. */
  holds?(key: number): boolean;
  /** Resolves once what was removed will not come back. */
  settle?(): Promise<void>;
  close?(): MaybePromise<void>;
}
