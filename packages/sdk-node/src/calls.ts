import type { EventContext, JsonObject, NitkaError } from '@nitka/core';

/**
 * Event name → shape of its properties. Written so that an interface fits as well as a type.
 * @example interface Events { 'Order Completed': { order_id: string } }
 */
export type EventMap<Events> = { readonly [Name in keyof Events]: object };

/** What every call takes. One of `userId`, `anonymousId`, `phone`, `email` is needed. */
export interface CommonFields {
  /** The customer's key in your system. Numbers are sent as their decimal text. */
  readonly userId?: string | number | bigint | undefined;
  /** The visitor id. On a request of a browser `forRequest` fills it in. */
  readonly anonymousId?: string | undefined;
  /**
   * A phone as it was typed; sent in E.164 as `context.traits.phone` (of `identify` and `link`: `traits.phone`).
   * Without a `userId` and an `anonymousId` the event stands alone until the phone joins it to a person.
   */
  readonly phone?: string | number | undefined;
  /** An e-mail as it was typed; sent trimmed and in lower case, like `phone`. */
  readonly email?: string | undefined;
  /**
   * Makes the event the same one when it is sent again, by whatever program. @see messageIdFrom
   * @default a new UUIDv7
   */
  readonly messageId?: string | undefined;
  /** When it happened: a Date, ISO 8601 text with a zone, or milliseconds since 1970. @default now */
  readonly timestamp?: Date | string | number | undefined;
  /** Merged over the tracker's own context. Unknown fields pass through. */
  readonly context?: EventContext | undefined;
  /** Segment's switchboard of destinations. Sent as it is. */
  readonly integrations?: JsonObject | undefined;
}

/** `properties` may be left out where none of them is required. */
type PropertiesField<Properties> = {} extends Properties
  ? { readonly properties?: Properties | undefined }
  : { readonly properties: Properties };

export type TrackCall<Events, Name extends keyof Events & string> = CommonFields & {
  readonly event: Name;
} & PropertiesField<Events[Name]>;

export interface PageCall extends CommonFields {
  readonly name?: string | undefined;
  readonly category?: string | undefined;
  readonly properties?: object | undefined;
}

export interface IdentifyCall extends CommonFields {
  readonly traits?: object | undefined;
}

export interface GroupCall extends CommonFields {
  readonly groupId: string | number | bigint;
  readonly traits?: object | undefined;
}

export interface AliasCall extends CommonFields {
  readonly userId: string | number | bigint;
  /** The id that the user had before. */
  readonly previousId: string | number | bigint;
}

/** All that a call can hold, unchecked: callers may be plain JavaScript. */
export interface AnyCall extends CommonFields {
  readonly event?: unknown;
  readonly name?: unknown;
  readonly category?: unknown;
  readonly groupId?: unknown;
  readonly previousId?: unknown;
  readonly properties?: unknown;
  readonly traits?: unknown;
}

/**
 * What a call gives back, at once. May be ignored.
 *
 * @example
 * const call = tracker.track({ userId, event: 'Order Completed', properties });
 * if (!call.hasRoom) await tracker.drained(); // slow down before the queue is full
 */
export interface Call {
  /** The id that the event carries; empty when no event could be made. */
  readonly messageId: string;
  /** False when the event was not kept; `error` says why. */
  readonly accepted: boolean;
  /** False once the queue is over half of its limit: wait for `tracker.drained()` before the next calls. */
  readonly hasRoom: boolean;
  readonly error: NitkaError | undefined;
  /** Resolves once the event is as safe as the queue makes it: at once in memory, fsynced on disk. Rejects with a NitkaError. */
  stored(): Promise<void>;
  /**
   * Resolves once the collector has the event; rejects with a NitkaError when it was dropped. Ask in the turn of the
   * call: later the event may be gone already, and the promise rejects with `invalid_call`.
   */
  delivered(): Promise<void>;
}

/** The calls that make events. */
export interface Calls<Events extends EventMap<Events> = Record<string, object>> {
  track<Name extends keyof Events & string>(call: TrackCall<Events, Name>): Call;
  page(call: PageCall): Call;
  screen(call: PageCall): Call;
  identify(call: IdentifyCall): Call;
  /** Joins a phone or e-mail to a visitor: an `identify` whose userId may be unknown. */
  link(call: CommonFields & { readonly traits?: object }): Call;
  group(call: GroupCall): Call;
  alias(call: AliasCall): Call;
}

/** The calls of one request or customer: what they have in common is filled in, and any of it can be left out. */
export interface BoundCalls<Events extends EventMap<Events> = Record<string, object>> extends Calls<Events> {
  /** Null without consent, and where no visitor is known. */
  readonly anonymousId: string | null;
  readonly sessionId: string | null;
}
