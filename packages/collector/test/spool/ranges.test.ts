import { describe, expect, it } from 'vitest';
import { fc } from '../../../../tests/support/fast-check.ts';
import { sizeOf, subtract, union } from '../../src/spool/ranges.ts';
import type { Range } from '../../src/spool/ranges.ts';

const ranges = fc.array(
  fc.tuple(fc.nat(40), fc.nat(12)).map(([from, size]): Range => [from, from + size]),
  { maxLength: 8 },
);
const members = (list: readonly Range[]): Set<number> =>
  new Set(list.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => from + at)));

describe('ranges', () => {
  it('are what sets of numbers are', () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const rest = subtract(a, b);
        const taken = members(b);
        expect(members(union(a))).toEqual(members(a));
        expect(members(rest)).toEqual(new Set([...members(a)].filter((each) => !taken.has(each))));
        expect(sizeOf(rest)).toBe(members(rest).size);
        for (const [at, [from, to]] of rest.entries()) {
          expect(from).toBeLessThan(to);
          if (at > 0) expect(from).toBeGreaterThan(rest[at - 1]![1]);
        }
      }),
    );
  });
});
