import { expect, it } from 'vitest';
import { fc } from '../../../tests/support/fast-check.ts';
import { utf8Length } from '../src/utf8.ts';

it('counts the bytes that UTF-8 will have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    }),
  );
  for (const text of ['', 'a', 'я', '€', '🧵', '\ud83e', '\udded', '\ud83ea', 'a\udded🧵']) {
    expect(utf8Length(text)).toBe(Buffer.byteLength(text));
  }
}, 60_000);
