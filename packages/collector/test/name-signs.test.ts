import { expect, it } from 'vitest';
import { fc } from '../../../tests/support/fast-check.ts';
import { sliceBody, sliceWhole } from '../src/raw-slices.ts';

const names = ['ip', 'Ip', 'IP', 'remoteAddr', 'address', 'x-forwarded-for', 'X-Forwarded-For', 'writeKey'];

it('sees the names that the privacy guard looks for, wherever they stand, and no other escapes', () => {
  const key = fc.oneof(fc.constantFrom(...names, 'trip', '', 'p', 'a\\u0062', 'a\\u0436', 'ж'), fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.jsonValue())), key, (members, outer) => {
      const quoted = (name: string): string => (/\\u0/.test(name) ? `"${name}"` : JSON.stringify(name));
      const inner = `{${members.map(([name, value]) => `${quoted(name)}:${JSON.stringify(value)}`).join(',')}}`;
      const text = `{${quoted(outer)}:1,"batch":[${inner}, ${inner}]}`;
      const body = Buffer.from(text);
      const keyPlaces = [...text.matchAll(/writeKey"/g)].map(
        ({ index }) => Buffer.byteLength(text.slice(0, index)) + 8,
      );
      // The key of the envelope itself is nothing to look for.
      const inEvents = outer === 'writeKey' ? keyPlaces.slice(1) : keyPlaces;
      for (const [signs, places] of [
        [sliceBody(body).signs, inEvents],
        [sliceWhole(body).signs, keyPlaces],
      ] as const) {
        if (/ip"|Ip"|IP"|ddr"|ddress"|-for"|-For"/.test(text)) expect(signs.address).toBe(true);
        expect(signs.keyPlaces).toEqual(places);
        if (text.includes('\\u00') && !text.includes('\\\\u00')) expect(signs.escape).toBe(true);
        if (!text.includes('\\u00')) expect(signs.escape).toBe(false);
      }
    }),
  );
});

it('says of an ordinary body that there is nothing', () => {
  const body = Buffer.from('{"batch":[{"context":{"page":{"path":"/trips","title":"Addresses"}}}]}');
  expect(sliceBody(body).signs).toEqual({ address: false, escape: false, keyPlaces: [] });
});
