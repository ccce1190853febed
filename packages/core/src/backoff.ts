interface BackoffOptions {
  /** Milliseconds before the first retry, at most. */
  readonly base: number;
  /** Milliseconds before any retry, at most. */
  readonly cap: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/**
 * Full jitter: a uniformly random wait below an exponentially growing bound, so that clients that failed together
 * do not come back together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param failures how many attempts have failed in a row: 1 or more
 * @returns milliseconds
 */
export const fullJitter = (failures: number, { base, cap, random }: BackoffOptions): number =>
  Math.round(random() * Math.min(cap, base * 2 ** (failures - 1)));
