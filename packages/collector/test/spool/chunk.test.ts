import { describe, expect, it } from 'vitest';
import { fc } from '../../../../tests/support/fast-check.ts';
import { chunkIsWhole, decodeChunk, encodeChunk, readChunkHead } from '../../src/spool/chunk.ts';
import type { Chunk, Entry } from '../../src/spool/chunk.ts';
import { meta } from '../support/chunks.ts';

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', 'same', 'ж'.repeat(40)));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const time = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
const payload = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({
    columns: fc.record({
      messageId: text,
      type: text,
      event: maybe(text),
      anonymousId: maybe(text),
      userId: maybe(text),
      sessionId: maybe(text),
      sequence: maybe(fc.maxSafeInteger()),
      phone: maybe(text),
      email: maybe(text),
      occurredAt: time,
      originalTimestamp: maybe(time),
      sentAt: maybe(time),
      library: maybe(text),
      ip: maybe(text),
      userAgent: maybe(text),
      bot: maybe(text),
    }),
    payload,
  }),
  fc.record({ code: text, detail: maybe(text), messageId: maybe(text), payload }),
);
const chunk: fc.Arbitrary<Chunk> = fc.record({
  meta: fc.record({
    source: text,
    kind: fc.constantFrom('browser', 'server'),
    receivedAt: time,
    serverVisitorId: maybe(text),
    batchContext: maybe(text),
  }),
  entries: fc.array(entry, { maxLength: 30 }),
});

describe('a chunk', () => {
  it('comes back as it was, whatever was written before it', () => {
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 1, maxLength: 4 }), (chunks) => {
        const encoded = chunks.map(encodeChunk);
        for (const [index, bytes] of encoded.entries()) {
          const expected = chunks[index]!;
          expect(decodeChunk(bytes)).toEqual(expected);
          const accepted = expected.entries.filter((each) => 'columns' in each).length;
          const rejected = expected.entries.length - accepted;
          expect(readChunkHead(bytes)).toEqual({ source: expected.meta.source, accepted, rejected });
          expect(chunkIsWhole(bytes)).toBe(true);
        }
      }),
    );
  });

  it('has payloads that lie in one body, and nothing of what is between them', () => {
    const body = Buffer.from('[{"a":1},{"b":"ж"}!{"c":3}, {"d":4}]');
    const slices = [body.subarray(1, 8), body.subarray(9, 19), body.subarray(20, 27), body.subarray(29, 36)];
    const rejectOf = (payload: Buffer): Entry => ({ code: 'c', detail: null, messageId: null, payload });
    for (const order of [slices, [...slices].reverse(), [slices[0]!, Buffer.from('x'), slices[1]!]]) {
      const bytes = encodeChunk({ meta, entries: order.map(rejectOf) });
      expect(decodeChunk(bytes).entries.map(({ payload }) => String(payload))).toEqual(order.map(String));
      expect(bytes.includes('!')).toBe(false);
    }
  });

  it('larger than any before comes back, too', () => {
    const large = {
      meta,
      entries: [{ code: 'c', detail: null, messageId: null, payload: Buffer.alloc(9e6, 7) }],
    };
    expect(decodeChunk(encodeChunk(large)).entries[0]!.payload.equals(large.entries[0]!.payload)).toBe(true);
    expect(decodeChunk(encodeChunk({ meta, entries: [] }))).toEqual({ meta, entries: [] });
  });

  it('is not whole when a byte of it has changed, or some are missing', () => {
    fc.assert(
      fc.property(chunk, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, where, change) => {
        const bytes = encodeChunk(one);
        bytes[where % bytes.length]! ^= change;
        expect(chunkIsWhole(bytes)).toBe(false);
        expect(chunkIsWhole(bytes.subarray(0, bytes.length - 1))).toBe(false);
      }),
    );
  });
});
