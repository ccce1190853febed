import type { EventMap } from './calls.ts';
import { edgePlatform } from './edge-platform.ts';
import type { TrackerOptions } from './options.ts';
import { createTrackerOn, type Tracker } from './tracker.ts';

export { deal } from './business/deals.ts';
export type { Deal, DealProperties } from './business/deals.ts';
export { meeting, phoneCall } from './business/contacts.ts';
export type { CallProperties, Meeting, MeetingProperties, PhoneCall } from './business/contacts.ts';
export type { BusinessEvents } from './business/events.ts';
export type { Fact, FactCall } from './business/fact.ts';
export type { Decimal } from './business/money.ts';
export { orderCompleted, orderRefunded } from './business/orders.ts';
export type {
  LineProperties,
  Order,
  OrderLine,
  OrderProperties,
  Refund,
  RefundProperties,
} from './business/orders.ts';
export type {
  AliasCall,
  BoundCalls,
  Call,
  Calls,
  CommonFields,
  EventMap,
  GroupCall,
  IdentifyCall,
  PageCall,
  TrackCall,
} from './calls.ts';
export type { SentBatch, TrackerListeners } from './listeners.ts';
export { memoryQueue } from './edge-platform.ts';
export type { MemoryQueueOptions } from './memory-queue.ts';
export { messageIdFrom } from './message-id.ts';
export type { TrackerOptions, TrackerQueue } from './options.ts';
export { signIdentity, verifyIdentity } from './identity-token.ts';
export type { Identity, IdentityTokenOptions } from './identity-token.ts';
export type { AnyRequest } from './middleware/request.ts';
export type { FlushResult, Tracker } from './tracker.ts';
export type { Verdict } from './verdicts.ts';
export { NitkaError } from '@nitka/core';
export type { ErrorCode, EventContext, JsonObject } from '@nitka/core';

/**
 * The tracker for edge runtimes: standard APIs alone. The runtime may stop once the response is sent, so hand the flush
 * to it.
 *
 * @throws NitkaError `invalid_option`
 * @example context.waitUntil(tracker.flush({ timeout: 2000 }));
 */
export const createTracker = <Events extends EventMap<Events> = Record<string, object>>(
  options: TrackerOptions,
): Tracker<Events> => createTrackerOn<Events>(edgePlatform, options);
