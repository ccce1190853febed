import { expect, it } from 'vitest';
import { fc } from '../../../tests/support/fast-check.ts';
import { quote } from '../src/json-text.ts';

it('quotes as JSON.stringify does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(quote(text)).toBe(JSON.stringify(text));
    }),
  );
  for (const text of ['\ud800', '\u2028', '"', '\\', '\n', '\u007f', 'нитка 🧵']) {
    expect(quote(text)).toBe(JSON.stringify(text));
  }
});
