import { expect, it } from 'vitest';
import { outcomeOf, retryAfter } from '../src/response.ts';

it.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [302, 'hold'],
  [400, 'split'],
  [401, 'hold'],
  [403, 'hold'],
  [404, 'hold'],
  [408, 'retry'],
  [413, 'split'],
  [422, 'split'],
  [425, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
  [599, 'retry'],
  [0, 'hold'],
])('%i means %s', (status, outcome) => {
  expect(outcomeOf(status)).toBe(outcome);
});

const now = Date.UTC(2026, 10, 21, 12);

it.each([
  ['5', 5000],
  [' 5 ', 5000],
  ['0', 0],
  ['86400', 300_000],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ['soon', null],
  ['', null],
  [null, null],
  [undefined, null],
])('reads Retry-After %o', (header, milliseconds) => {
  expect(retryAfter(header, now)).toBe(milliseconds);
});
