import type { EventMap } from './calls.ts';
import type { TrackerOptions } from './options.ts';
import { createMemoryQueue } from './memory-queue.ts';
import { fetchPost, type Body } from './post.ts';
import type { Platform } from './platform.ts';
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

/** Events wait in memory: gone with the isolate. */
export const memoryQueue = createMemoryQueue();

const compress = async (body: Body): Promise<Uint8Array<ArrayBuffer>> => {
  const stream = new Blob([...body]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

const platform: Platform = {
  clock: {
    now: () => Date.now(),
    // A longer one runs at once.
    setTimeout: (task, milliseconds) => setTimeout(task, Math.min(milliseconds, 0x7fff_ffff)),
    clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  },
  random: () => Math.random(),
  randomHex: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(1024)), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join(''),
  post: fetchPost((input, init) => globalThis.fetch(input, init)),
  warn: (text) => console.warn(`nitka: ${text}`),
  byteLength: (text) => new TextEncoder().encode(text).length,
  compress,
  memoryQueue: () => memoryQueue(),
  // The URL parser makes punycode of a host name.
  domainToAscii: (domain) => (URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : ''),
};

/**
 * The tracker for edge runtimes: standard APIs alone. The runtime may stop once the response is sent, so hand the flush
 * to it.
 *
 * @throws NitkaError `invalid_option`
 * @example context.waitUntil(tracker.flush({ timeout: 2000 }));
 */
export const createTracker = <Events extends EventMap<Events> = Record<string, object>>(
  options: TrackerOptions,
): Tracker<Events> => createTrackerOn<Events>(platform, options);
