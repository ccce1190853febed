import { fc } from '../../../../tests/support/fast-check.ts';
import type { Row } from '../../src/row.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  // Up to 12 bytes stand in the vector itself, more behind an address.
  fc.constantFrom('', 'a', 'twelve bytes', 'thirteen byte', 'шесть!', 'семь букв', 'x'.repeat(5000)),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 2 });
const time = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
/** What may stand in a row, apart from its id. */
export const anyRow: fc.Arbitrary<Partial<Row>> = fc.record({
  event: maybe(text),
  anonymous_id: maybe(text),
  server_visitor_id: maybe(text),
  user_id: maybe(text),
  session_id: maybe(text),
  sequence: maybe(fc.maxSafeInteger()),
  phone: maybe(text),
  email: maybe(text),
  occurred_at: time,
  original_timestamp: maybe(time),
  sent_at: maybe(time),
  received_at: time,
  source: fc.constantFrom('site', 'a source with a long name'),
  library: maybe(text),
  ip: maybe(text),
  user_agent: maybe(text),
  bot: maybe(text),
  payload: fc.object().map((value) => Buffer.from(JSON.stringify(value))),
  batch_context: maybe(fc.constantFrom('{}', '{"context":{"locale":"ru"}}')),
});
