export { fullJitter } from './backoff.ts';
export { encodeBatch, withFields } from './batch.ts';
export type { DropCounts } from './batch.ts';
export { createDeliveryLoop } from './delivery-loop.ts';
export type { DeliveryLoop, DeliveryLoopOptions, DeliveryLoopParts } from './delivery-loop.ts';
export { errors, NitkaError } from './errors.ts';
export type { ErrorCode } from './errors.ts';
export { eventTypes } from './event.ts';
export type { EventContext, EventType, JsonObject, JsonValue, Touch, TrackingEvent } from './event.ts';
export {
  blockedEmail,
  blockedPhone,
  isPlaceholder,
  normaliseEmail,
  normalisePhone,
  readEmail,
  readPhone,
} from './identifiers.ts';
export type { BlockedReason } from './identifiers.ts';
export { claimsOf, judgeClaims, signedPartOf, splitToken } from './identity-token.ts';
export type { Identity, IdentityVerdict } from './identity-token.ts';
export { toJson } from './json.ts';
export { limits } from './limits.ts';
export type { Clock, Lock, MaybePromise, QueueLimit, TransportReply } from './ports.ts';
export { batchSchema, eventSchema } from './schema.ts';
export { createVisitorId, isVisitorId, oldestVisitorId, visitorIdTime } from './visitor-id.ts';
