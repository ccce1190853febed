export interface TimedEntries {
  /** Sequence number of the oldest entry that is kept. */
  first(): number;
  head(): number;
  /** When the request that brought an entry came, milliseconds since 1970; null if the entry is gone. */
  receivedAt(sequence: number): number | null;
}

/**
 * The first entry that came at a time or later, by halving: sequence numbers go with time, since the collector gives both.
 * The head if there is none.
 */
export const sequenceAt = (entries: TimedEntries, time: number): number => {
  let low = entries.first();
  let high = entries.head();
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const receivedAt = entries.receivedAt(middle);
    if (receivedAt !== null && receivedAt >= time) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** How often the boundary of what is kept is looked for. Milliseconds. */
const every = 60_000;

/** Everything from the result on is kept although every destination has it. */
export const createRetention = (
  entries: TimedEntries,
  keepMilliseconds: number,
  now: () => number,
): (() => number) => {
  if (keepMilliseconds === 0) return () => Number.MAX_SAFE_INTEGER;
  let boundary = 0;
  let nextLook = 0;
  return () => {
    if (now() < nextLook) return boundary;
    nextLook = now() + every;
    boundary = sequenceAt(entries, now() - keepMilliseconds);
    return boundary;
  };
};
