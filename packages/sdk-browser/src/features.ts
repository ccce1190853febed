import type { EventContext, JsonObject } from '@nitka/core';
import { createAttribution } from './attribution.ts';
import { readDevice, readPage } from './context.ts';
import { readExternalIds } from './external-ids.ts';
import type { TextStore } from './storage/text-store.ts';
import { protectTraits } from './traits.ts';

/** What the smallest bundle leaves out. */
export interface Features {
  /** What the page says of itself at the call. Reads no storage. */
  readPage?(page: Window): JsonObject;
  /** @returns what adds to the context of each event; called only when storage may be read */
  enrich?(page: Window, store: TextStore, prefix: string): () => EventContext;
  /** Normalises, and hashes if asked. Without it traits leave as they are, and none that should be hashed. */
  protectTraits?(traits: JsonObject, hash: boolean): JsonObject | Promise<JsonObject>;
}

/** Page and device, first and last touch, ids of other systems, normalised identifiers. */
export const standardFeatures: Features = {
  enrich(page, store, prefix) {
    const attribution = createAttribution(page, store, `${prefix}.t`, Date.now());
    const device = readDevice(page);
    return () => ({
      ...device,
      campaign: attribution.utm,
      touch: attribution.touches(),
      externalIds: readExternalIds(page.document),
    });
  },
  readPage,
  protectTraits,
};
