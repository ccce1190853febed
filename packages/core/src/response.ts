/**
 * What a status means for the batch that was sent:
 * - `delivered`: the collector has it; remove it.
 * - `retry`: temporary; send the same batch again later.
 * - `hold`: the set-up is wrong (key, origin, address). The events are good, so they are kept and tried rarely.
 * - `split`: this body is refused; halve it to find the event that is.
 */
export type Outcome = 'delivered' | 'retry' | 'hold' | 'split';

export const outcomeOf = (status: number): Outcome => {
  if (status >= 200 && status < 300) return 'delivered';
  if (status >= 500 || /408|42[59]/.test(`${status}`)) return 'retry';
  // A redirect that was not followed is an address gone wrong, like a 404.
  return status < 400 || /40[13457]|410/.test(`${status}`) ? 'hold' : 'split';
};

/** Longest wait that a server can ask for, milliseconds. Segment's clients have the same. */
const longestWait = 300_000;

/**
 * Milliseconds that a Retry-After header asks for (RFC 9110 §10.2.3: seconds, or an HTTP date), at most five minutes.
 * Null if there is none or it cannot be read.
 */
export const retryAfter = (header: string | null | undefined, now: number): number | null => {
  const wait = Number(header) * 1000 || Date.parse(header!) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), longestWait);
};
