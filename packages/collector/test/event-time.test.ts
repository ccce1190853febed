import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/support/fast-check.ts';
import { occurredAt, parseTime } from '../src/event-time.ts';

const received = Date.UTC(2026, 10, 21, 12);
const minute = 60_000;

const occurred = (timestamp: unknown, sent: unknown): number =>
  occurredAt(parseTime(timestamp), parseTime(sent), received);

describe('occurredAt', () => {
  it('corrects a clock that is wrong by years: only the difference counts', () => {
    expect(occurred('1970-01-01T00:05:00Z', '1970-01-01T00:10:00Z')).toBe(received - 5 * minute);
  });

  it('takes the event’s own time where it was not said when it was sent', () => {
    expect(occurred('2026-11-20T12:00:00+03:00', undefined)).toBe(Date.UTC(2026, 10, 20, 9));
  });

  it.each([
    ['1970-01-01T00:00:00Z', undefined],
    ['9999-12-31T23:59:59Z', undefined],
    ['9999-12-31T23:59:59Z', '2026-11-21T12:00:00Z'],
    ['1970-01-01T00:00:00Z', '2026-11-21T12:00:00Z'],
    ['+275760-09-13T00:00:00Z', '2026-11-21T12:00:00Z'],
    ['not a time', NaN],
    [undefined, '2026-11-21T12:00:00Z'],
    [NaN, Infinity],
  ])('falls back to the moment of arrival for %s sent at %s', (timestamp, sent) => {
    expect(occurred(timestamp, sent)).toBe(received);
  });
});

describe('parseTime', () => {
  it('reads a text without a zone as UTC, and milliseconds', () => {
    expect(parseTime('2026-11-21T12:00:00.5')).toBe(received + 500);
    expect(parseTime('2026-11-21T12:00:00.123456+00:00')).toBe(received + 123);
    expect(parseTime(received)).toBe(received);
    expect(parseTime('')).toBe(null);
    expect(parseTime({})).toBe(null);
  });
});

it('reads what toISOString writes, and what almost looks like it, as Date.parse does', () => {
  const ranges = { min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') };
  fc.assert(
    fc.property(
      fc.date({ ...ranges, noInvalidDate: true }),
      fc.nat(23),
      fc.constantFrom(...'0123456789-:TZ. '),
      (date, at, character) => {
        const text = date.toISOString();
        expect(parseTime(text)).toBe(date.getTime());
        const other = text.slice(0, at) + character + text.slice(at + 1);
        if (/T[\d:.,]+$/.test(other)) return;
        const expected = Date.parse(other);
        expect(parseTime(other)).toBe(
          expected >= -62_135_596_800_000 && expected <= 253_402_300_799_999 ? expected : null,
        );
      },
    ),
    { numRuns: 3000 },
  );
});
