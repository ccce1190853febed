import { expect, it } from 'vitest';
import { fullJitter } from '../src/backoff.ts';

const bound = (failures: number): number => fullJitter(failures, { base: 100, cap: 5000, random: () => 1 });

it('doubles its bound up to the cap', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 100, 1e6].map(bound)).toEqual([
    100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000,
  ]);
});

it('spreads evenly below the bound, down to zero', () => {
  const waits = [0, 0.25, 0.5, 0.999].map((x) => fullJitter(3, { base: 100, cap: 5000, random: () => x }));
  expect(waits).toEqual([0, 100, 200, 400]);
});
