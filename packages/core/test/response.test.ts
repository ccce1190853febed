import { expect, it } from 'vitest';
import { isDelivered, isHeld, isRefused, retryAfter } from '../src/response.ts';

it.each([
  [302, 'held'],
  [400, 'refused'],
  [401, 'held'],
  [403, 'held'],
  [404, 'held'],
  [405, 'held'],
  [407, 'held'],
  [408, 'temporary'],
  [402, 'held'],
  [410, 'held'],
  [413, 'refused'],
  [415, 'held'],
  [422, 'refused'],
  [425, 'temporary'],
  [429, 'temporary'],
  [431, 'held'],
  [451, 'held'],
  [500, 'temporary'],
  [503, 'temporary'],
  [599, 'temporary'],
  [0, 'temporary'],
  // Without the collector's own words.
  [200, 'temporary'],
])('%i means %s', (status, meaning) => {
  expect(isHeld(status) ? 'held' : isRefused(status) ? 'refused' : 'temporary').toBe(meaning);
  expect(isDelivered({ status, body: {} })).toBe(false);
});

it.each([
  [{ status: 200, body: { success: true } }, true],
  [{ status: 202, body: { success: true } }, true],
  [{ status: 200, body: { success: 'true' } }, false],
  [{ status: 200, body: null }, false],
  [{ status: 200 }, false],
  [{ status: 503, body: { success: true } }, false],
])('%j has arrived: %s', (reply, expected) => {
  expect(isDelivered(reply)).toBe(expected);
});

const now = Date.UTC(2026, 10, 21, 12);

it.each([
  ['5', 5000],
  [' 5 ', 5000],
  ['0', 0],
  ['86400', 300_000],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ['soon', NaN],
  ['', NaN],
  [null, NaN],
  [undefined, NaN],
])('reads Retry-After %o', (header, milliseconds) => {
  expect(retryAfter(header, now)).toBe(milliseconds);
});
