import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeBatch, utf8Length, withFields } from '../src/batch.ts';

it('puts a batch together that parses to what went in', () => {
  const events = ['{"messageId":"a"}', '{"messageId":"б"}'];
  const text = encodeBatch(events, { sentAt: 0, writeKey: 'k"', dropped: { queue_full: 2 } });
  expect(JSON.parse(text)).toEqual({
    sentAt: '1970-01-01T00:00:00.000Z',
    writeKey: 'k"',
    dropped: { queue_full: 2 },
    batch: [{ messageId: 'a' }, { messageId: 'б' }],
  });
  expect(JSON.parse(encodeBatch([], { sentAt: 0 }))).toEqual({
    sentAt: '1970-01-01T00:00:00.000Z',
    batch: [],
  });
});

it('adds fields at the front without touching the rest', () => {
  const text = withFields('{"a":1.10,"b":[ 2 ]}', { anonymousId: 'x', none: undefined });
  expect(text).toBe('{"anonymousId":"x","a":1.10,"b":[ 2 ]}');
});

it('counts the bytes that UTF-8 will have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
    }),
  );
  for (const text of ['', 'a', 'я', '€', '🧵', '\ud83e', '\udded', '\ud83ea', 'a\udded🧵']) {
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
  }
}, 60_000);
