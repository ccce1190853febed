import { createKeyHash } from './id-keys.ts';

/**
 * What the keys of the index of messageIds add up to, in whatever order: their number, and two hashes of each by exclusive or. It is
 * written with the keys, so that a key that has changed since, on however old a page, is seen.
 */
export interface SeenSum {
  readonly count: number;
  readonly first: number;
  readonly second: number;
}

export interface SeenSumOf {
  add(key: Buffer, at: number): void;
  value(): SeenSum;
  clear(): void;
}

// Nobody gains by keys that fall on one place here: any numbers do, as long as they stay.
const hash = createKeyHash([
  0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89,
]);

export const emptySum: SeenSum = { count: 0, first: 0, second: 0 };

export const addSums = (a: SeenSum, b: SeenSum): SeenSum => ({
  count: a.count + b.count,
  first: (a.first ^ b.first) >>> 0,
  second: (a.second ^ b.second) >>> 0,
});

export const isSameSum = (a: SeenSum, b: SeenSum): boolean =>
  a.count === b.count && a.first === b.first && a.second === b.second;

export const createSeenSum = (): SeenSumOf => {
  let count = 0;
  let first = 0;
  let second = 0;
  return {
    add(key, at) {
      count += 1;
      first ^= hash.first(key, at);
      second ^= hash.second(key, at);
    },
    value: () => ({ count, first: first >>> 0, second: second >>> 0 }),
    clear() {
      count = first = second = 0;
    },
  };
};
