import { createVisitorId } from '@nitka/core';
import { describe, expect, it } from 'vitest';
import { resolveVisitor, visitorOf } from '../../src/middleware/visitor.ts';

const older = '01940000-0000-7000-8000-000000000001';
const younger = '01950000-0000-7000-8000-000000000002';
const page = { accept: 'text/html', host: 'shop.example' };

const request = (cookie: string, headers: Record<string, string> = page, protocol = 'https') => ({
  headers: { ...headers, ...(cookie && { cookie }) },
  url: '/',
  protocol,
});

const attributes = 'Path=/; Max-Age=34560000; SameSite=Lax';

it('gives a new visitor an id, in both cookies', () => {
  const { anonymousId, cookies } = resolveVisitor(request(''), {});
  expect(anonymousId).toMatch(/^[0-9a-f-]{36}$/);
  expect(cookies).toEqual([
    `vid=${anonymousId}; ${attributes}; HttpOnly; Secure`,
    `ntk=${anonymousId}; ${attributes}; Secure`,
  ]);
});

it('is not Secure on plain http, and takes names, life and domain from the options', () => {
  const options = { cookieName: 'a', scriptCookieName: 'b', maxAgeDays: 1, domain: 'shop.example' };
  const { cookies } = resolveVisitor(request('', page, 'http'), options);
  expect(cookies[0]).toMatch(
    /^a=[^;]+; Path=\/; Max-Age=86400; SameSite=Lax; HttpOnly; Domain=shop.example$/,
  );
  expect(cookies[1]).toMatch(/^b=[^;]+; Path=\/; Max-Age=86400; SameSite=Lax$/);
});

describe('the oldest id wins', () => {
  it.each([
    [`vid=${older}; ntk=${younger}`, [`vid=${older}`, `ntk=${older}`]],
    [`vid=${younger}; ntk=${older}`, [`vid=${older}`]],
    [`ntk=${younger}; ntk=${older}`, [`vid=${older}`]],
    [`vid=${older}; ntk=${older}`, [`vid=${older}`]],
    [`vid=garbage; ntk=${younger}`, [`vid=${younger}`]],
    [`xvid=${older}; ntk=${younger}`, [`vid=${younger}`]],
    [`vid="${older}"; ntk=${younger}`, [`vid=${older}`, `ntk=${older}`]],
  ])('%s', (cookie, expected) => {
    const { cookies } = resolveVisitor(request(cookie), {});
    expect(cookies.map((each) => each.split(';')[0])).toEqual(expected);
  });

  it('and one from before there were any does not', () => {
    const { anonymousId } = resolveVisitor(request('vid=00000000-0001-7000-8000-000000000001'), {});
    expect(anonymousId).not.toContain('00000000-0001');
  });
});

it('makes no id on parts of a page, and sets the cookie there only when it is missing', () => {
  const part = { accept: '*/*', 'sec-fetch-dest': 'empty' };
  expect(resolveVisitor(request('', part), {})).toMatchObject({ anonymousId: null, cookies: [] });
  expect(resolveVisitor(request(`vid=${older}`, part), {}).cookies).toEqual([]);
  expect(resolveVisitor(request(`ntk=${older}`, part), {}).cookies).toHaveLength(1);
});

it('makes no id for a page that is only loaded ahead', () => {
  const ahead = { ...page, 'sec-purpose': 'prefetch;prerender' };
  expect(resolveVisitor(request('', ahead), {})).toMatchObject({ anonymousId: null, cookies: [] });
});

it('reads and sets nothing before consent, and erases after refusal', () => {
  const cookie = `vid=${older}; ntk=${older}; ntk_s=${createVisitorId()}`;
  expect(resolveVisitor(request(cookie), { consent: () => 'pending' })).toEqual({
    anonymousId: null,
    sessionId: null,
    consent: 'pending',
    cookies: [],
  });
  expect(resolveVisitor(request(cookie), { consent: () => 'denied' }).cookies).toEqual([
    'vid=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly; Secure',
    'ntk=; Path=/; Max-Age=0; SameSite=Lax; Secure',
  ]);
  expect(resolveVisitor(request(''), { consent: () => 'denied' }).cookies).toEqual([]);
});

it('finds the session, and the visitor without a middleware', () => {
  const session = createVisitorId();
  expect(visitorOf(request(`vid=${older}; ntk_s=${session}`))).toEqual({
    anonymousId: older,
    sessionId: session,
    consent: 'granted',
  });
});
