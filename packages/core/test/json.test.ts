import { afterEach, describe, expect, it } from 'vitest';
import { toJson } from '../src/json.ts';

const value = {
  type: 'track',
  list: ['a', 1, { deep: ['b'] }],
  n: 7,
  none: null,
  at: new Date(0),
  no: undefined,
};
const expected =
  '{"type":"track","list":["a",1,{"deep":["b"]}],"n":7,"none":null,"at":"1970-01-01T00:00:00.000Z"}';
const extended = [Array.prototype, String.prototype, Number.prototype] as { toJSON?: unknown }[];

describe('toJson', () => {
  afterEach(() => extended.forEach((prototype) => delete prototype.toJSON));

  it('is JSON.stringify', () => {
    expect(toJson(value)).toBe(expected);
  });

  it('takes texts, numbers and arrays as they are where a library has given them a toJSON, and leaves that in place', () => {
    function toJSON(this: unknown): string {
      return `"${String(this)}"`;
    }
    for (const prototype of extended) prototype.toJSON = toJSON;
    expect(JSON.stringify(value)).not.toBe(expected);
    expect(toJson(value)).toBe(expected);
    for (const prototype of extended) expect(prototype.toJSON).toBe(toJSON);
  });

  it('does without a JSON that was replaced', () => {
    const { stringify } = JSON;
    JSON.stringify = () => {
      throw new Error('of the page');
    };
    try {
      expect(toJson(value)).toBe(expected);
    } finally {
      JSON.stringify = stringify;
    }
  });
});
