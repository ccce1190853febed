import { expect, it } from 'vitest';
import { messageIdFrom, newMessageId } from '../src/message-id.ts';

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
  const first = newMessageId(1_700_000_000_000, () => crypto.randomUUID());
  const second = newMessageId(1_700_000_000_001, () => crypto.randomUUID());
  expect(first).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(second > first).toBe(true);
});
