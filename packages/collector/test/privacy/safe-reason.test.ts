import { describe, expect, it } from 'vitest';
import { safeReason } from '../../src/privacy/safe-reason.ts';

describe('safeReason', () => {
  it.each([
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432'],
    ['no answer within 120 s', 'no answer within 120 s'],
    [
      'Conversion Error: Could not convert string "Анна" to INT32',
      'Conversion Error: Could not convert string "…" to INT32',
    ],
    ['Failing row contains (5, Ann, ann@mail.ru, null).', 'Failing row contains (…).'],
    ['at row {"name":"Ann","phone":"+79995551111"} failed', 'at row {…} failed'],
    [
      'Cannot parse input: expected , before: +7 999 555-11-11 (27)',
      'Cannot parse input: expected , before: …)',
    ],
    ['bad value ann@mail.ru\nCONTEXT: Ann', 'bad value …'],
    ['an open "quote and Ann', 'an open "…"'],
    ['value "a"Анна" is bad', 'value "…"'],
    ['at [{"a":"\\"Анна"}] and {', 'at {…}'],
    ['at {"a":1} and {Анна', 'at {…}'],
    ['value "a" is "Анна', 'value "…"'],
    ["can't connect", "can't connect"],
  ])('%s', (message, expected) => {
    expect(safeReason({ kind: 'temporary', message })).toBe(expected);
  });

  it('leaves the names that it takes to mend a schema', () => {
    const message = 'public.raw_events has no column "bot", "ip"; add it, or move the table away';
    expect(safeReason({ kind: 'schema', message })).toBe(message);
    expect(safeReason({ kind: 'schema', message: 'expected the columns (a VARCHAR, b BIGINT)' })).toBe(
      'expected the columns (a VARCHAR, b BIGINT)',
    );
    expect(safeReason({ kind: 'schema', message: 'type mismatch at "Анна Петрова"' })).toBe(
      'type mismatch at "…"',
    );
  });

  it('says nothing of a row that was refused, and never much', () => {
    expect(safeReason({ kind: 'poison', message: 'Ann' })).toBe('a row was refused');
    expect(safeReason({ message: 'x'.repeat(100_000) }).length).toBeLessThan(400);
  });
});
