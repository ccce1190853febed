import { isVisitorId, visitorIdTime } from '@nitka/core';
import { expect, it } from 'vitest';
import { uuidV7 } from '../src/uuid.ts';

it('makes UUIDv7s, none twice, with the time of now', () => {
  const before = Date.now();
  const ids = Array.from({ length: 2000 }, uuidV7);
  expect(ids.every(isVisitorId)).toBe(true);
  expect(new Set(ids).size).toBe(2000);
  for (const position of [15, 16, 17, 20, 21, 22, 24, 35]) {
    expect(new Set(ids.map((id) => id[position])).size).toBe(16);
  }
  expect(visitorIdTime(ids[0]!)).toBeGreaterThanOrEqual(before);
  expect(visitorIdTime(ids.at(-1)!)).toBeLessThanOrEqual(Date.now());
});
