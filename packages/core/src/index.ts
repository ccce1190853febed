export { fullJitter } from './backoff.ts';
export type { BackoffOptions } from './backoff.ts';
export { encodeBatch, withFields } from './batch.ts';
export type { BatchEnvelope, DropCounts } from './batch.ts';
export { createDeliveryLoop } from './delivery-loop.ts';
export type { DeliveryLoop, DeliveryLoopOptions, DeliveryLoopParts, Sliceable } from './delivery-loop.ts';
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
export type { Identity, IdentityVerdict, Judged, SignedToken } from './identity-token.ts';
export { toJson } from './json.ts';
export { limits } from './limits.ts';
export type {
  Clock,
  Lock,
  Logger,
  MaybePromise,
  QueueKey,
  QueueLimit,
  QueueRecord,
  Transport,
  TransportReply,
} from './ports.ts';
export { isDelivered, isHeld, isRefused, retryAfter } from './response.ts';
export { batchSchema, eventSchema } from './schema.ts';
export { createVisitorId, isVisitorId, oldestVisitorId, visitorIdTime } from './visitor-id.ts';
