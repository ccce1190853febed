import { expect, it } from 'vitest';
import { createVisitorId, isVisitorId, oldestVisitorId, visitorIdTime } from '../src/visitor-id.ts';

const older = '01930000-0000-7000-8000-000000000001';
const younger = '01940000-0000-7000-8000-000000000001';

it('makes ids that are valid, unique, in order, and carry the time', () => {
  const before = Date.now();
  const ids = Array.from({ length: 1000 }, createVisitorId);
  expect(ids.every(isVisitorId)).toBe(true);
  expect(new Set(ids).size).toBe(1000);
  expect([...ids].sort()).toEqual(ids);
  expect(visitorIdTime(ids[0]!)).toBeGreaterThanOrEqual(before);
  expect(visitorIdTime(ids[999]!)).toBeLessThanOrEqual(Date.now() + 1);
});

it.each([
  ['another version', '01930000-0000-4000-8000-000000000001'],
  ['upper case', older.toUpperCase().replace('0193', '0A93')],
  ['zeros that would win for ever', '00000000-0000-7000-8000-000000000000'],
  ['a time before Nitka was', '018cc251-f3ff-7000-8000-000000000000'],
  ['text around it', ` ${older}`],
  ['a line break', `${older}\n`],
  ['nothing', ''],
  ['null', null],
  ['a number', 42],
  ['an object', { toString: () => older }],
])('refuses %s', (_name, value) => {
  expect(isVisitorId(value)).toBe(false);
});

it('lets the oldest win, whatever the order', () => {
  expect(oldestVisitorId([younger, older])).toBe(older);
  expect(oldestVisitorId([older, younger])).toBe(older);
  expect(oldestVisitorId([undefined, 'garbage', younger, null])).toBe(younger);
  expect(oldestVisitorId([])).toBeNull();
  expect(oldestVisitorId([null, ''])).toBeNull();
});
