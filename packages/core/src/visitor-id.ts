import { v7 } from 'uuid';

const uuidV7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** 2024-01-01: no visitor id is older, so an older one was made up to win every conflict. */
const oldestPossible = '018cc251-f400';

/** A new visitor id: a UUIDv7 (RFC 9562 §5.7), whose order is its age. */
export const createVisitorId = (): string => v7();

/** Milliseconds since 1970 that a UUIDv7 carries in its first 48 bits. */
export const visitorIdTime = (id: string): number => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** True for a UUIDv7 in lower case that can have been made by {@link createVisitorId}. */
export const isVisitorId = (value: unknown): value is string =>
  typeof value === 'string' && uuidV7.test(value) && value > oldestPossible;

/**
 * The id that settles a conflict: the oldest. Anything that is no visitor id is passed over.
 *
 * @example oldestVisitorId([cookie, localStorageValue, undefined]) // the smaller of the two, or null
 */
export const oldestVisitorId = (candidates: Iterable<unknown>): string | null => {
  let oldest: string | null = null;
  for (const candidate of candidates) {
    if (isVisitorId(candidate) && (oldest === null || candidate < oldest)) oldest = candidate;
  }
  return oldest;
};
