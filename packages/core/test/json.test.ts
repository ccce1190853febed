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
    const toJSON = (): never => {
      throw new Error('spoilt');
    };
    for (const prototype of extended) {
      prototype.toJSON = toJSON;
      expect(() => JSON.stringify(value)).toThrow('spoilt');
      expect(toJson(value)).toBe(expected);
      expect(prototype.toJSON).toBe(toJSON);
    }
  });

  it('leaves it in place where the value cannot be written', () => {
    extended[0]!.toJSON = () => [];
    const circle: { self?: object } = {};
    circle.self = circle;
    expect(() => toJson(circle)).toThrow(TypeError);
    expect(extended[0]!.toJSON).toBeTypeOf('function');
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
