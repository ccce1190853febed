/** Before it nobody sent events: an earlier result means that one of the clocks or texts is nonsense. */
const earliest = Date.UTC(2000, 0, 1);

/** What a TIMESTAMP of every destination can hold: the years 1 to 9999. */
const firstYear = -62_135_596_800_000;
const lastYear = 253_402_300_799_999;

const withoutZone = /T\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?$/;

/** Milliseconds since 1970 of an ISO 8601 text or of such a number; null if it is neither. A text without a zone is UTC. */
export const parseTime = (value: unknown): number | null => {
  let time = NaN;
  if (typeof value === 'number') time = Math.trunc(value);
  else if (typeof value === 'string' && value.length > 0 && value.length < 64) {
    time = Date.parse(withoutZone.test(value) ? `${value}Z` : value);
  }
  return time >= firstYear && time <= lastYear ? time : null;
};

export interface EventTimes {
  /** When it happened, by the collector's clock. */
  readonly occurredAt: number;
  readonly originalTimestamp: number | null;
  readonly sentAt: number | null;
}

/**
 * `received_at − (sent_at − original_timestamp)`: the client's clock may be wrong by years, since only the difference of two
 * of its readings counts. Where the result is in the future or absurd, the moment of arrival stands in; what the client
 * wrote stays in the payload.
 */
export const eventTimes = (timestamp: unknown, sent: unknown, receivedAt: number): EventTimes => {
  const originalTimestamp = parseTime(timestamp);
  const sentAt = parseTime(sent);
  let occurredAt = receivedAt;
  if (originalTimestamp !== null) {
    const guess = sentAt === null ? originalTimestamp : receivedAt - (sentAt - originalTimestamp);
    if (guess >= earliest && guess <= receivedAt) occurredAt = guess;
  }
  return { occurredAt, originalTimestamp, sentAt };
};
