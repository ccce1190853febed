export type { ErrorCode, EventContext, JsonObject, JsonValue, Touch } from '@nitka/core';
export type { QueuedCall, EventMap, Tracker, TrackerListeners } from './api.ts';
export type { ConsentPurposes, ConsentStatus } from './consent.ts';
export { createTracker } from './create-tracker.ts';
export type { TrackerOptions } from './options.ts';
export type { Plugin, PluginHost } from './plugin.ts';
