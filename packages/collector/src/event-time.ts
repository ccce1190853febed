/** Before it nobody sent events: an earlier result means that one of the clocks or texts is nonsense. */
const earliest = Date.UTC(2000, 0, 1);

/** What a TIMESTAMP of every destination can hold: the years 1 to 9999. */
const firstYear = -62_135_596_800_000;
const lastYear = 253_402_300_799_999;

const zero = 0x30;

/** The digits from `from` on as a number, or NaN. */
const digits = (text: string, from: number, count: number): number => {
  let value = 0;
  for (let index = from; index < from + count; index += 1) {
    const digit = text.charCodeAt(index) - zero;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
};

const isAt = (text: string, index: number, character: string): boolean =>
  text.charCodeAt(index) === character.charCodeAt(0);

/** Days from 1970 to the first of a month, by the months from March on: the leap day is the last of its year. */
const daysBefore = (year: number, month: number): number => {
  const years = month < 3 ? year - 1 : year;
  const months = month < 3 ? month + 9 : month - 3;
  const leaps = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return years * 365 + leaps + Math.floor((153 * months + 2) / 5) - 719_468;
};

/** `2026-11-22T01:48:38.838Z` and nothing else, or NaN: what `toISOString` writes, in an eighth of the time of `Date.parse`. */
const parseExact = (text: string): number => {
  if (text.length !== 24 || !isAt(text, 4, '-') || !isAt(text, 7, '-') || !isAt(text, 10, 'T')) return NaN;
  if (!isAt(text, 13, ':') || !isAt(text, 16, ':') || !isAt(text, 19, '.') || !isAt(text, 23, 'Z'))
    return NaN;
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  // Whatever needs a calendar to be judged is left to Date.parse.
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59 && second <= 59))
    return NaN;
  const days = daysBefore(digits(text, 0, 4), month) + day - 1;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + digits(text, 20, 3);
};

const withoutZone = /T\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?$/;

/** Milliseconds since 1970 of an ISO 8601 text or of such a number; null if it is neither. A text without a zone is UTC. */
export const parseTime = (value: unknown): number | null => {
  let time = NaN;
  if (typeof value === 'number') time = Math.trunc(value);
  else if (typeof value === 'string' && value.length > 0 && value.length < 64) {
    time = parseExact(value);
    if (Number.isNaN(time)) time = Date.parse(withoutZone.test(value) ? `${value}Z` : value);
  }
  return time >= firstYear && time <= lastYear ? time : null;
};

/**
 * `received_at − (sent_at − original_timestamp)`: the client's clock may be wrong by years, since only the difference of two
 * of its readings counts. Where the result is in the future or absurd, the moment of arrival stands in; what the client
 * wrote stays in the payload. Milliseconds since 1970, as `parseTime` gives them.
 */
export const occurredAt = (
  originalTimestamp: number | null,
  sentAt: number | null,
  receivedAt: number,
): number => {
  if (originalTimestamp === null) return receivedAt;
  const guess = sentAt === null ? originalTimestamp : receivedAt - (sentAt - originalTimestamp);
  return guess >= earliest && guess <= receivedAt ? guess : receivedAt;
};
