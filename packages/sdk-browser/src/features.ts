import type { EventContext, JsonObject } from '@nitka/core';
import { createPageReader, readDevice, readTimezone } from './context.ts';
import type { TextStore } from './storage/text-store.ts';
import { protectTraits } from './traits.ts';

/** What the smallest bundle leaves out. */
export interface Features {
  /** @returns what reads where the page is, without storage */
  createPageReader?(page: Window): () => JsonObject;
  /** Adds to the context of each event, at the call. */
  readDevice?(page: Window): EventContext;
  /** Adds to the context when an event enters a batch: what is too slow for a call. */
  readLater?(store: TextStore, prefix: string): EventContext;
  /** Normalises, and hashes if asked. Without it traits leave as they are, and none that should be hashed. */
  protectTraits?(traits: JsonObject, hash: boolean): JsonObject | Promise<JsonObject>;
}

/** Page and device, normalised identifiers. */
export const standardFeatures: Features = {
  createPageReader,
  readDevice,
  readLater: (store, prefix) => ({ timezone: readTimezone(store, `${prefix}.z`) }),
  protectTraits,
};
