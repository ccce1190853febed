import type { EventContext, JsonObject } from '@nitka/core';
import { createAttribution } from './attribution.ts';
import { readExternalIds } from './external-ids.ts';
import type { TextStore } from './storage/text-store.ts';
import { protectTraits } from './traits.ts';

/** What the smallest bundle leaves out. */
export interface Features {
  /** @returns what adds to the context of each event; called only when storage may be read */
  enrich?(page: Window, store: TextStore, prefix: string): () => EventContext;
  /** Normalises, and hashes if asked. Without it traits leave as they are, and none that should be hashed. */
  protectTraits?(traits: JsonObject, hash: boolean): JsonObject | Promise<JsonObject>;
}

/** First and last touch, ids of other systems, normalised identifiers. */
export const standardFeatures: Features = {
  enrich(page, store, prefix) {
    const attribution = createAttribution(page, store, `${prefix}.t`, Date.now());
    return () => ({
      campaign: attribution.utm,
      touch: attribution.touches(),
      externalIds: readExternalIds(page.document),
    });
  },
  protectTraits,
};
