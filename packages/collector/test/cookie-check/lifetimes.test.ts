import { describe, expect, it } from 'vitest';
import { lifetimes, weaknesses } from '../../src/cookie-check/lifetimes.ts';
import type { Observation } from '../../src/cookie-check/lifetimes.ts';
import { lookUp, sameHalf } from '../../src/cookie-check/network.ts';
import type { HostFacts, Resolver } from '../../src/cookie-check/network.ts';

const host = (name: string, addresses: string[], aliases: string[] = []): HostFacts => ({
  host: name,
  site: name.split('.').slice(-2).join('.'),
  aliases,
  addresses,
});
const cookie = {
  name: 'vid',
  days: 400,
  httpOnly: true,
  secure: true,
  sameSite: 'Lax',
  domain: 'shop.example',
};
const page = host('shop.example', ['203.0.113.7']);
const collector = host('c.shop.example', ['203.0.200.9']);
const seen: Observation = { setUp: 'subdomain', page, collector, https: true, cookie };
const daysOf = (change: Partial<Observation>) =>
  Object.fromEntries(lifetimes({ ...seen, ...change }).map(({ browser, days }) => [browser, days]));
const reasons = (change: Partial<Observation>, browser = 'Safari') =>
  lifetimes({ ...seen, ...change })
    .find((each) => each.browser === browser)!
    .reasons.join('; ');

describe('lifetimes', () => {
  it('are whole for a subdomain on the page’s own network', () => {
    expect(daysOf({})).toEqual({ Safari: 400, Firefox: 400, Chrome: 400, Brave: 180 });
  });

  it('are a week in Safari where the addresses differ in the first half', () => {
    const far = { collector: host('c.shop.example', ['198.51.100.1']) };
    expect(daysOf(far)).toEqual({ Safari: 7, Firefox: 400, Chrome: 400, Brave: 180 });
    expect(reasons(far)).toContain('differ in the first half');
  });

  it('are a week in Safari for a CNAME to another registrable domain, unless the page leads there, too', () => {
    const cloaked = { collector: host('c.shop.example', ['203.0.113.9'], ['shop.tracker.example2.com']) };
    expect(daysOf(cloaked)).toMatchObject({ Safari: 7, Chrome: 400 });
    expect(reasons(cloaked)).toContain('CNAME to shop.tracker.example2.com');
    const shared = {
      page: host('shop.example', ['203.0.113.7'], ['edge.cdn.com']),
      collector: host('c.shop.example', ['203.0.113.7'], ['edge.cdn.com']),
    };
    expect(daysOf(shared).Safari).toBe(400);
    const within = { collector: host('c.shop.example', ['203.0.113.9'], ['lb.shop.example']) };
    expect(daysOf(within).Safari).toBe(400);
  });

  it('are whole for the page itself and a path of it, wherever they are', () => {
    expect(daysOf({ setUp: 'backend', collector: page }).Safari).toBe(400);
    expect(daysOf({ setUp: 'path', collector: page }).Safari).toBe(400);
    expect(reasons({ setUp: 'backend', collector: page })).toContain('the page itself');
  });

  it('are none where no browser keeps the cookie', () => {
    const nothing = { Safari: 0, Firefox: 0, Chrome: 0, Brave: 0 };
    expect(daysOf({ setUp: 'foreign', collector: host('c.other.example', []) })).toEqual(nothing);
    expect(daysOf({ https: false })).toEqual(nothing);
    expect(daysOf({ cookie: { ...cookie, domain: 'other.example' } })).toEqual(nothing);
    expect(daysOf({ cookie: { ...cookie, domain: 'co.uk' } })).toEqual(nothing);
    expect(daysOf({ cookie: { ...cookie, sameSite: 'None', secure: false } })).toEqual(nothing);
    expect(daysOf({ cookie: { ...cookie, days: 0 } })).toEqual(nothing);
  });

  it('are as answered where that is less, and cut at 400 days where it is more', () => {
    expect(daysOf({ cookie: { ...cookie, days: 30 } })).toEqual({
      Safari: 30,
      Firefox: 30,
      Chrome: 30,
      Brave: 30,
    });
    expect(daysOf({ cookie: { ...cookie, days: 730 } })).toMatchObject({
      Firefox: 400,
      Chrome: 400,
      Brave: 180,
    });
    expect(daysOf({ cookie: { ...cookie, days: null } })).toEqual({
      Safari: null,
      Firefox: null,
      Chrome: null,
      Brave: null,
    });
  });

  it('tells what is weak about a cookie that is kept', () => {
    expect(weaknesses(seen)).toEqual([]);
    const weak = { name: 'vid', days: 30, httpOnly: false, secure: false, sameSite: null, domain: null };
    expect(weaknesses({ ...seen, cookie: weak }).map((text) => text.split(':')[0])).toEqual([
      'not HttpOnly',
      'not Secure',
      'no SameSite',
      'no Domain',
      'answered for 30 days; 400 are possible',
    ]);
  });
});

describe('network', () => {
  it('compares 16 bits of IPv4 and 64 of IPv6', () => {
    expect(sameHalf(['203.0.113.7'], ['203.0.1.1'])).toBe(true);
    expect(sameHalf(['203.0.113.7'], ['203.1.113.7'])).toBe(false);
    expect(sameHalf(['2001:db8:1:2::1'], ['2001:0db8:0001:0002:ffff::9'])).toBe(true);
    expect(sameHalf(['2001:db8:1:2::1'], ['2001:db8:1:3::1'])).toBe(false);
    expect(sameHalf(['::1'], ['::2'])).toBe(true);
    expect(sameHalf(['203.0.113.7'], ['2001:db8::1'])).toBe(null);
    expect(sameHalf(['203.0.113.7', '2001:db8::1'], ['203.0.9.9', '2001:dead::1'])).toBe(false);
  });

  it('follows aliases, and no loop for ever', async () => {
    const table: Record<string, string> = {
      'a.shop.example': 'b.shop.example',
      'b.shop.example': 'a.shop.example',
    };
    const resolver: Resolver = {
      resolveCname: async (name) => [table[name]].filter((each) => each !== undefined),
      resolve4: async () => ['203.0.113.7'],
      resolve6: async () => {
        throw new Error('ENODATA');
      },
    };
    const facts = await lookUp(resolver, 'a.shop.example');
    expect(facts.aliases).toHaveLength(10);
    expect(facts).toMatchObject({ site: 'shop.example', addresses: ['203.0.113.7'] });
    expect(await lookUp(resolver, '[::1]')).toEqual({
      host: '::1',
      site: null,
      aliases: [],
      addresses: ['::1'],
    });
  });
});
