import { expect, it } from 'vitest';
import { fc } from '../../../tests/support/fast-check.ts';
import { readBodyText } from '../src/body-text.ts';

const readAll = (value: unknown, read: (text: string) => string): unknown => {
  if (typeof value === 'string') return read(value);
  if (Array.isArray(value)) return value.map((each) => readAll(each, read));
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([key, each]) => [read(key), readAll(each, read)]);
};

it('gives what JSON.parse gives of the decoded text, escapes, bytes that are no UTF-8 and all', () => {
  const anything = fc.jsonValue({ maxDepth: 3, noUnicodeString: false });
  fc.assert(
    fc.property(
      anything,
      fc.constantFrom('', 'ж', '\\u0436', 'ж\\u00e9'),
      fc.boolean(),
      (value, extra, broken) => {
        const whole = Buffer.from(`{"value":${JSON.stringify(value)},"extra":"${extra}"}`);
        const raw = broken
          ? Buffer.concat([whole.subarray(0, -2), Buffer.from([0xff]), whole.subarray(-2)])
          : whole;
        const { text, read, isUtf8 } = readBodyText(raw);
        expect(isUtf8).toBe(!broken);
        expect(readAll(JSON.parse(text), read)).toEqual(
          readAll(JSON.parse(raw.toString('utf8')), (found) => found),
        );
      },
    ),
  );
});
