export const eventTypes = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const;

export type EventType = (typeof eventTypes)[number];

export type JsonValue =
  string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue | undefined };

export type JsonObject = { [key: string]: JsonValue | undefined };

/** One touch point: how the visitor came. */
export interface Touch {
  /** utm_source, utm_medium … without the prefix, and utm_campaign as `name`: https://segment.com/docs/connections/spec/common/#context */
  readonly campaign?: Record<string, string>;
  /** Click ids by parameter name: `yclid`, `gclid` … Always strings: some exceed 2^53. */
  readonly clickIds?: Record<string, string>;
  readonly referrer?: string;
  /** The page the visitor landed on, without its query. */
  readonly landingPage?: string;
  /** ISO 8601, UTC. */
  readonly at?: string;
}

/** Segment's `context`, and below the line what Nitka adds. Unknown fields pass through. */
export interface EventContext {
  readonly library?: { readonly name: string; readonly version: string };
  readonly page?: JsonObject;
  readonly campaign?: Record<string, string>;
  readonly locale?: string;
  readonly timezone?: string;
  readonly userAgent?: string;
  readonly ip?: string;
  readonly screen?: JsonObject;
  // ---
  /** UUIDv7 of the session. */
  readonly sessionId?: string;
  /** 1, 2, 3 … for each visitor id. A gap proves loss before the collector. */
  readonly sequence?: number;
  readonly touch?: { readonly first?: Touch; readonly last?: Touch };
  /** Ids of other systems present on the page, by their cookie or parameter name. Always strings. */
  readonly externalIds?: Record<string, string>;
  readonly consent?: {
    readonly status: string;
    readonly version?: string;
    readonly purposes?: Record<string, boolean>;
  };
  readonly [field: string]: unknown;
}

/**
 * One event of the Segment spec (https://segment.com/docs/connections/spec/), as it stands in a batch.
 * `link` of the SDKs is an `identify` without a userId.
 */
export interface TrackingEvent {
  readonly type: EventType;
  /** Made once, at the call. Retries and replays carry the same one. */
  readonly messageId: string;
  readonly anonymousId?: string;
  readonly userId?: string;
  /** Name of a `track` event. */
  readonly event?: string;
  /** Name of a `page` or `screen` event. */
  readonly name?: string;
  readonly category?: string;
  readonly groupId?: string;
  readonly previousId?: string;
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
  readonly context?: EventContext;
  readonly integrations?: JsonObject;
  /** When it happened by the client's clock: ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
}
