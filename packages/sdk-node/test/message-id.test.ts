import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createMessageIds, messageIdFrom } from '../src/message-id.ts';

it('makes the same id for ever: these are stored in warehouses', () => {
  expect(messageIdFrom('receipt', 'shop-17', 'till-2', 48121)).toBe('98872385-438a-5421-926c-464fe9ef1421');
  expect(messageIdFrom('refund', 'A-1')).toBe('54b728a9-8c5d-5418-94f9-8e68725b029a');
});

it('takes a number for its decimal text, and both forms of an accent for one', () => {
  expect(messageIdFrom('receipt', 1)).toBe(messageIdFrom('receipt', '1'));
  expect(messageIdFrom('receipt', 1n)).toBe(messageIdFrom('receipt', '1'));
  expect(messageIdFrom('receipt', 'й')).toBe(messageIdFrom('receipt', 'й'));
});

it('never confuses two keys, whatever their parts hold', () => {
  const ids = [
    messageIdFrom('receipt', 'a', 'b', 'c'),
    messageIdFrom('receipt', 'a,b', 'c'),
    messageIdFrom('receipt', 'a', 'b,c'),
    messageIdFrom('receipt', 'a","b', 'c'),
    messageIdFrom('receipt', 'a:b', 'c'),
    messageIdFrom('receipt', 'ab', 'c'),
    messageIdFrom('receipta', 'b', 'c'),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

it.each([
  ['no key', () => messageIdFrom('receipt')],
  ['an empty part', () => messageIdFrom('receipt', 'shop', ' ')],
  ['an undefined part', () => messageIdFrom('receipt', undefined as unknown as string)],
  ['a null part', () => messageIdFrom('receipt', null as unknown as string)],
  ['an object', () => messageIdFrom('receipt', {} as unknown as string)],
  ['a number that has lost digits', () => messageIdFrom('receipt', 2 ** 53)],
])('refuses %s', (_name, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'invalid_call' }));
});

it('makes UUIDv7 that carry the time and sort by it', () => {
  const newId = createMessageIds(() => randomBytes(50).toString('hex'));
  const first = newId(1_700_000_000_000);
  const second = newId(1_700_000_000_001);
  expect(first).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(second > first).toBe(true);
});

it('makes no id twice, whatever the clock does, and uses all the random digits that it is given', () => {
  const newId = createMessageIds(() => randomBytes(100).toString('hex'));
  // Many in a millisecond, and milliseconds that come again: a clock that is put back.
  const ids = Array.from({ length: 20_000 }, (_, n) => newId(1_700_000_000_000 + (Math.floor(n / 10) % 16)));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids)
    expect(id).toMatch(/^018bcfe5-680[0-9a-f]-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  // Each random place takes every value that it may.
  for (const place of [15, 16, 17, 20, 21, 22, 24, 29, 30, 35])
    expect(new Set(ids.map((id) => id[place])).size).toBe(16);
  expect(new Set(ids.map((id) => id[19])).size).toBe(4);
});

it('counts within a millisecond, and draws anew when the count is at its end', () => {
  let drawn = 0;
  const newId = createMessageIds(() => (drawn++ === 0 ? 'a'.repeat(13) + 'fffffe' : '5'.repeat(19)));
  expect([0, 1, 2].map(() => newId(0))).toEqual([
    '00000000-0000-7aaa-9aaa-aaaaaafffffe',
    '00000000-0000-7aaa-9aaa-aaaaaaffffff',
    '00000000-0000-7555-9555-555555555555',
  ]);
});
