import { expect, it } from 'vitest';
import { encodeBatch, withFields } from '../src/batch.ts';

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
