import { expect, it } from 'vitest';
import { messageIdFrom } from '../../src/message-id.ts';
import { parseLine } from '../../src/till/line.ts';

it('reads an event, a key, and the short forms', () => {
  expect(parseLine('{"event":"x","key":["order","s",1],"phone":"1"}')).toEqual({
    type: 'track',
    call: { event: 'x', phone: '1', messageId: messageIdFrom('order', 's', 1), timestamp: undefined },
  });
  expect(parseLine('{"type":"link","phone":"1","originalTimestamp":"2026-01-01T00:00:00Z"}')).toMatchObject({
    type: 'identify',
    call: { phone: '1', timestamp: '2026-01-01T00:00:00Z' },
  });
  expect(parseLine('{"messageId":"m","key":["a","b"]}').call.messageId).toBe('m');
});

it('makes the same id for the same line of the same file', () => {
  const read = (place: number) => parseLine('{"event":"x"}', ['line', 'f.ndjson', place]).call.messageId;
  expect(read(1)).toBe(read(1));
  expect(read(1)).not.toBe(read(2));
});

it.each([
  ['{', 'malformed_json'],
  ['[]', 'event_not_object'],
  ['null', 'event_not_object'],
  ['{"type":"order"}', 'event_type_unknown'],
  ['{"key":"a"}', 'invalid_call'],
  ['{"key":["a"]}', 'invalid_call'],
  ['{"key":["a",null]}', 'invalid_call'],
])('names the reason of %s: %s', (line, code) => {
  expect(() => parseLine(line)).toThrow(expect.objectContaining({ code }));
});
