/** Limits that clients and the collector share. Sizes are bytes of UTF-8. */
export const limits = {
  /** One event. The Segment HTTP API has the same. */
  eventBytes: 32 * 1024,
  /** One request with a batch, before compression. */
  batchBytes: 500 * 1024,
  /** Events in one batch. */
  batchEvents: 2500,
  /** Characters of a messageId. */
  messageIdLength: 100,
  /** Levels of nesting in one event. */
  nesting: 32,
  /**
   * All keepalive requests of a page that are in flight, together.
   * https://fetch.spec.whatwg.org/#http-network-or-cache-fetch (inflightKeepaliveBytes)
   */
  keepaliveBytes: 64 * 1024,
} as const;
