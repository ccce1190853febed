import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/support/fast-check.ts';
import { nestsDeeper, sliceBody } from '../src/raw-slices.ts';

const cut = (text: string): string[] => {
  const body = Buffer.from(text);
  return (sliceBody(body).batch ?? []).map(({ start, end }) => body.toString('utf8', start, end));
};

describe('sliceBody', () => {
  it('gives each event as it stands, spaces, escapes and number forms included', () => {
    const events = ['{"a" : 1.50, "b":"\\u0041\\"],}"}', '[1,[2,{"c":"}"}]]', '"te,xt"', '1e3', 'null', '{}'];
    expect(cut(` {"x":[1,"]"],\n"batch" : [ ${events.join(' ,\n')} ] , "y":{"batch":[0]}}`)).toEqual(events);
  });

  it('reads an escaped member name, and takes the last of two as JSON.parse does', () => {
    expect(cut('{"b\\u0061tch":[1,2]}')).toEqual(['1', '2']);
    expect(cut('{"batch":[1],"batch":[2,3]}')).toEqual(['2', '3']);
  });

  it('gives nothing for an empty batch, and null where there is no array', () => {
    expect(sliceBody(Buffer.from('{"batch":[ ]}')).batch).toEqual([]);
    expect(sliceBody(Buffer.from('{"batch":[1],"batch":{}}')).batch).toBe(null);
    expect(sliceBody(Buffer.from('[1]'))).toMatchObject({ members: [], batch: null });
  });

  it('tells where the other members stand', () => {
    const body = Buffer.from('{"a" : [1] ,"batch":[2], "c":"x"}');
    const texts = sliceBody(body).members.map(({ keyStart, end }) => body.toString('utf8', keyStart, end));
    expect(texts).toEqual(['"a" : [1]', '"batch":[2]', '"c":"x"']);
  });

  it('agrees with JSON.parse on any batch, however it is spaced', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.constantFrom(0, 1, 3),
        fc.jsonValue(),
        (batch, spaces, other) => {
          const slices = cut(JSON.stringify({ other, batch, context: other }, null, spaces));
          expect(slices.map((slice) => JSON.parse(slice) as unknown)).toEqual(
            JSON.parse(JSON.stringify(batch)),
          );
        },
      ),
    );
  });

  it('ends on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, text) => {
        for (const body of [Buffer.from(bytes), Buffer.from(`{"batch":[${text}`)]) {
          nestsDeeper(body, 5);
          nestsDeeper(body, 1e9);
          try {
            sliceBody(body);
          } catch (error) {
            // Only the name of a member is parsed.
            expect(error).toBeInstanceOf(SyntaxError);
          }
        }
      }),
    );
  });
});

describe('nestsDeeper', () => {
  it('counts brackets outside of strings only', () => {
    expect(nestsDeeper(Buffer.from('[[["[[[["]]]'), 3)).toBe(false);
    expect(nestsDeeper(Buffer.from('[[[[]]]]'), 3)).toBe(true);
    expect(nestsDeeper(Buffer.from('"\\"[[[["'), 1)).toBe(false);
  });
});
