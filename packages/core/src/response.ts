/**
 * What a status means for the batch that was sent:
 * - `delivered`: the collector has it; remove it.
 * - `retry`: temporary; send the same batch again later.
 * - `hold`: the set-up is wrong (key, origin, address). The events are good, so they are kept and tried rarely.
 * - `split`: this body is refused; halve it to find the event that is.
 */
export type Outcome = 'delivered' | 'retry' | 'hold' | 'split';

const retried = [408, 425, 429];
const held = [401, 403, 404, 405, 407, 410];

export const outcomeOf = (status: number): Outcome => {
  if (status >= 200 && status < 300) return 'delivered';
  if (status >= 500 || retried.includes(status)) return 'retry';
  // A redirect that was not followed is an address gone wrong, like a 404.
  return status < 400 || held.includes(status) ? 'hold' : 'split';
};

/** Longest wait that a server can ask for, milliseconds. Segment's clients have the same. */
const longestWait = 300_000;

/**
 * Milliseconds that a Retry-After header asks for (RFC 9110 §10.2.3: seconds, or an HTTP date), at most five minutes.
 * Null if there is none or it cannot be read.
 */
export const retryAfter = (header: string | null | undefined, now: number): number | null => {
  if (!header) return null;
  const wait = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), longestWait);
};
