import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainJson, quote } from '../src/json-text.ts';

it('writes what JSON.stringify writes, or leaves it to that', () => {
  const leaf = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(null, undefined, -0, '\ud800', '\u2028', '"', '\\', '\n', '\u007f', 'нитка 🧵'),
    fc.date({ noInvalidDate: false }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 7 }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
  }));
  let written = 0;
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), value), (object) => {
      const text = plainJson(object);
      if (text === undefined) return;
      written++;
      expect(text).toBe(JSON.stringify(object));
    }),
    { numRuns: 2000 },
  );
  expect(written).toBeGreaterThan(200);
});

it('quotes as JSON.stringify does', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => quote(text) === JSON.stringify(text)));
});

class Money {
  amount = '1';
}

const circular: Record<string, unknown> = {};
circular['self'] = circular;

it.each<[string, object]>([
  ['a class', { money: new Money() }],
  ['toJSON', { toJSON: () => 1 }],
  ['a date', { at: new Date(0) }],
  ['a map', { map: new Map() }],
  ['a big integer', { id: 1n }],
  ['a function', { call: () => 1 }],
  ['a symbol', { symbol: Symbol('x') }],
  ['a boxed text', { text: Object('x') as unknown }],
  ['itself', circular],
  ['great depth', { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } }],
  ['an array with a date', { list: [1, new Date(0)] }],
  ['a hole', { list: [, 1] }], // oxlint-disable-line no-sparse-arrays
])('leaves %s to JSON.stringify', (_name, object) => {
  expect(plainJson(object)).toBeUndefined();
});
