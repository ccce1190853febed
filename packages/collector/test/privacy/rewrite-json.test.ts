import { describe, expect, it } from 'vitest';
import { fc } from '../../../../tests/support/fast-check.ts';
import { rewriteJson } from '../../src/privacy/rewrite-json.ts';
import type { Scalar } from '../../src/privacy/rewrite-json.ts';

const pathOf = ({ key, place }: Scalar): string => {
  const parts: string[] = [];
  for (let at: Scalar['place'] | null = place; at?.parent; at = at.parent) parts.unshift(at.key);
  return [...parts, key].join('/');
};

describe('rewriteJson', () => {
  it('replaces single values and leaves every other byte', () => {
    const raw = Buffer.from('{ "a" : 1.50,\n"b":["x\\"y",{"c":"Ж"}, null], "a\\u0062":-1e3 }');
    const seen: [string, string][] = [];
    const rewritten = rewriteJson(raw, {
      value(scalar) {
        seen.push([pathOf(scalar), scalar.text]);
        return scalar.text === 'Ж' || scalar.text === '1.50' ? '"-"' : null;
      },
      key: (name) => (name === 'b' ? 'renamed' : null),
    });
    expect(rewritten.toString()).toBe('{ "a" : "-",\n"renamed":["x\\"y",{"c":"-"}, null], "a\\u0062":-1e3 }');
    expect(seen).toEqual([
      ['/a', '1.50'],
      ['/b/b', 'x"y'],
      ['/b/b/c', 'Ж'],
      ['/b/b', 'null'],
      ['/ab', '-1e3'],
    ]);
  });

  it('gives the same buffer back when nothing was replaced', () => {
    const raw = Buffer.from('{"a":[1,"\\\\"]}');
    expect(rewriteJson(raw, { value: () => null })).toBe(raw);
  });

  it('sees every scalar of any JSON once, and what it writes is what was asked for', () => {
    const count = (value: unknown): number =>
      typeof value === 'object' && value !== null
        ? Object.values(value).reduce((sum: number, each) => sum + count(each), 0)
        : 1;
    const masked = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(masked);
      if (typeof value === 'object' && value !== null)
        return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, masked(each)]));
      return '*';
    };
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (json, spaced) => {
        const value: unknown = JSON.parse(json);
        const raw = Buffer.from(spaced ? JSON.stringify(value, null, 2) : json);
        let seen = 0;
        const rewritten = rewriteJson(raw, { value: () => ((seen += 1), '"*"') });
        expect(seen).toBe(count(value));
        expect(JSON.parse(rewritten.toString())).toEqual(JSON.parse(JSON.stringify(masked(value))));
      }),
    );
  });
});
