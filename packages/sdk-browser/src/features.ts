import type { EventContext, JsonObject } from '@nitka/core';
import {
  createAcknowledgements as acknowledgements,
  type AcknowledgementParts,
  type Acknowledgements,
} from './acknowledgements.ts';
import { createBareVisit as bareVisit, type BareVisitParts } from './bare.ts';
import { createPageReader as pageReader, readDevice as device, readTimezone } from './context.ts';
import { createPlugins as plugins, type HostParts, type Plugins } from './host.ts';
import type { Settings } from './options.ts';
import type { TextStore } from './storage/text-store.ts';
import { protectTraits as protect } from './traits.ts';
import type { Compress } from './transport/fetch.ts';
import type { Visit } from './visit.ts';

/** What the smallest script leaves out: it is built with `no-features.ts` in place of this file. */
export interface Features {
  readonly createPlugins?: (parts: HostParts) => Plugins;
  /** Without them the next page sends again what a page sent while it was left, and the collector removes it. */
  readonly createAcknowledgements?: (parts: AcknowledgementParts) => Acknowledgements;
  /** For the consent `cookieless`. Without it nothing is sent then. */
  readonly createBareVisit?: (parts: BareVisitParts) => Visit;
  /** The option `compress`, which an attribute of a tag cannot give. */
  readonly readCompress?: (settings: Settings) => Compress | undefined;
  /** @returns what reads where the page is, without storage */
  readonly createPageReader?: (page: Window) => () => JsonObject;
  /** Adds to the context of each event, at the call. */
  readonly readDevice?: (page: Window) => EventContext;
  /** Adds to the context when an event enters a batch: what is too slow for a call. */
  readonly readLater?: (store: TextStore) => EventContext;
  /** Normalises, and hashes if asked. Without it traits leave as they are, and none that should be hashed. */
  readonly protectTraits?: (
    traits: JsonObject,
    hash: boolean,
    callingCode?: string | number,
  ) => JsonObject | Promise<JsonObject>;
}

export const createAcknowledgements: Features['createAcknowledgements'] = acknowledgements;
export const createPlugins: Features['createPlugins'] = plugins;
export const createBareVisit: Features['createBareVisit'] = bareVisit;
export const readCompress: Features['readCompress'] = ({ compress }) => compress;
export const createPageReader: Features['createPageReader'] = pageReader;
export const readDevice: Features['readDevice'] = device;
export const readLater: Features['readLater'] = (store) => ({ timezone: readTimezone(store) });
export const protectTraits: Features['protectTraits'] = protect;
