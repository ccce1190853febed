import type { SourceConfig } from '../config.ts';
import { RateLimitError } from '../errors.ts';

const oneMinute = 60_000;

/** Counts a request of a source. Throws RateLimitError beyond the source's own limit. */
export type CountRequest = (source: SourceConfig) => void;

/** A key that is public can be used by anybody, from any number of addresses: the limit of an address does not stop that. */
export const createKeyLimit = (now: () => number): CountRequest => {
  const windows = new Map<string, { begin: number; count: number }>();
  return ({ name, requestsPerMinute = 0 }) => {
    if (requestsPerMinute === 0) return;
    const time = now();
    const begin = Math.floor(time / oneMinute);
    let window = windows.get(name);
    if (window?.begin !== begin) {
      window = { begin, count: 0 };
      windows.set(name, window);
    }
    window.count += 1;
    if (window.count > requestsPerMinute) throw new RateLimitError(oneMinute - (time % oneMinute));
  };
};
