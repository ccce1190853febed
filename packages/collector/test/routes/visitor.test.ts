import { createVisitorId } from '@nitka/core';
import { describe, expect, it } from 'vitest';
import { browserKey, openTestCollector, page } from '../support/collector.ts';

const ids = (): [string, string] => {
  const sorted = ['019a0000-0000-7000-8000-000000000001', createVisitorId()] as const;
  return [...sorted];
};
const cookieOf = (headers: Record<string, unknown>): string => [headers['set-cookie'] ?? ''].flat().join();

describe('POST /v1/visitor', () => {
  it('answers the oldest of cookie and body, and sets the cookie to it', async () => {
    const { app } = await openTestCollector();
    const [older, younger] = ids();
    const ask = (cookie: string | null, anonymousId: unknown) =>
      app.inject({
        method: 'POST',
        url: '/v1/visitor',
        headers: { origin: page, 'content-type': 'text/plain', ...(cookie && { cookie: `vid=${cookie}` }) },
        payload: JSON.stringify({ writeKey: browserKey, anonymousId }),
      });
    for (const response of [
      await ask(older, younger),
      await ask(younger, older),
      await ask(null, older),
      await ask('forged', older),
    ]) {
      expect(response.json()).toEqual({ success: true, anonymousId: older });
      const cookie = cookieOf(response.headers);
      expect(cookie).toContain(`vid=${older};`);
      expect(cookie).toContain('Max-Age=34560000');
      expect(cookie).toContain('HttpOnly');
      expect(cookie).toContain('SameSite=Lax');
      expect(cookie).not.toContain('Secure');
      expect(cookie).not.toContain('Domain');
      expect(response.headers['access-control-allow-origin']).toBe(page);
      expect(response.headers['access-control-allow-credentials']).toBe('true');
    }
    const none = await ask(null, undefined);
    expect(none.json()).toEqual({ success: true, anonymousId: null });
    expect(cookieOf(none.headers)).toBe('');
  });

  it('gives a younger id its place when the visitor became a new one', async () => {
    const { app } = await openTestCollector();
    const [older, younger] = ids();
    const response = await app.inject({
      method: 'POST',
      url: '/v1/visitor',
      headers: { origin: page, cookie: `vid=${older}` },
      payload: JSON.stringify({ writeKey: browserKey, anonymousId: younger, replace: true }),
    });
    expect(response.json()).toMatchObject({ anonymousId: younger });
    expect(cookieOf(response.headers)).toContain(younger);
  });

  it('is Secure and for the whole site where the config and a trusted proxy say so', async () => {
    const config = { trustProxy: ['127.0.0.1'], visitorCookie: { name: 'shop_v', domain: 'site' } };
    const { app } = await openTestCollector(config);
    const [older] = ids();
    const headers = { host: 't.shop.co.uk', 'x-forwarded-proto': 'https' };
    const response = await app.inject({
      method: 'POST',
      url: '/visitor',
      headers,
      payload: JSON.stringify({ anonymousId: older }),
    });
    expect(cookieOf(response.headers)).toMatch(/^shop_v=.*Domain=shop\.co\.uk;.*Secure/);
  });

  it('refuses foreign pages and gives them no CORS headers', async () => {
    const { app } = await openTestCollector();
    const response = await app.inject({
      method: 'POST',
      url: '/v1/visitor',
      headers: { origin: 'https://evil.example' },
      payload: '{}',
    });
    expect(response.statusCode).toBe(403);
    expect(response.headers['access-control-allow-origin']).toBe(undefined);
  });
});

describe('DELETE /v1/visitor', () => {
  it('expires the cookie, after a preflight that allows it', async () => {
    const { app } = await openTestCollector();
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: '/v1/visitor',
      headers: {
        origin: page,
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(preflight.headers['access-control-allow-methods']).toContain('DELETE');
    expect(preflight.headers['access-control-allow-credentials']).toBe('true');
    const response = await app.inject({
      method: 'DELETE',
      url: '/v1/visitor',
      headers: { origin: page, cookie: 'vid=x' },
    });
    expect(cookieOf(response.headers)).toMatch(/vid=;.*Expires=Thu, 01 Jan 1970/);
  });
});

describe('the cookie and batches', () => {
  const batch = (anonymousId: string) =>
    JSON.stringify({ writeKey: browserKey, batch: [{ type: 'page', anonymousId }] });

  it('is renewed by each batch, set if it is missing, and heals a page with a younger id', async () => {
    const collector = await openTestCollector();
    const [older, younger] = ids();
    const send = (anonymousId: string, cookie?: string) =>
      collector.app.inject({
        method: 'POST',
        url: '/v1/batch',
        headers: { origin: page, ...(cookie && { cookie: `vid=${cookie}` }) },
        payload: batch(anonymousId),
      });
    const first = await send(older);
    expect(cookieOf(first.headers)).toContain(`vid=${older};`);
    expect(first.json()).not.toHaveProperty('anonymousId');
    const healing = await send(younger, older);
    expect(healing.json()).toMatchObject({ success: true, anonymousId: older });
    expect(cookieOf(healing.headers)).toContain(`vid=${older};`);
    expect(cookieOf((await send(older, younger)).headers)).toContain(`vid=${older};`);
    await collector.loaded();
    expect(
      await collector.rows(
        'SELECT anonymous_id AS a, server_visitor_id AS s FROM raw_events ORDER BY received_at, message_id',
      ),
    ).toEqual([
      { a: older, s: null },
      { a: younger, s: older },
      { a: older, s: younger },
    ]);
  });

  it('is never set for a page that only "*" lets in', async () => {
    const sources = [{ name: 'site', kind: 'browser', writeKey: browserKey, origins: ['*'] }];
    const { app } = await openTestCollector({ sources });
    const [older] = ids();
    const response = await app.inject({
      method: 'POST',
      url: '/v1/batch',
      headers: { origin: 'https://x.example' },
      payload: batch(older),
    });
    expect(response.statusCode).toBe(200);
    expect(cookieOf(response.headers)).toBe('');
    expect(response.headers['access-control-allow-credentials']).toBe(undefined);
  });
});

describe('the acknowledgement of a batch', () => {
  const send = async (
    ack: unknown,
    {
      cookie = '',
      host = 'localhost',
      origin = page,
      domain = 'host',
    }: { cookie?: string; host?: string; origin?: string; domain?: 'host' | 'site' } = {},
  ) => {
    const collector = await openTestCollector({
      sources: [{ name: 'site', kind: 'browser', writeKey: browserKey, origins: [origin] }],
      visitorCookie: { domain },
    });
    const response = await collector.app.inject({
      method: 'POST',
      url: '/v1/batch',
      headers: { origin, host, ...(cookie && { cookie }) },
      payload: JSON.stringify({ writeKey: browserKey, ack, batch: [{ type: 'page', anonymousId: 'a' }] }),
    });
    expect(response.statusCode).toBe(200);
    await collector.loaded();
    expect(await collector.rows('SELECT batch_context FROM raw_events')).toEqual([{ batch_context: null }]);
    return cookieOf(response.headers);
  };

  it('is a cookie for a minute that the page can read, beside those of other tabs', async () => {
    expect(await send('0123456789ab')).toBe('vid_ab=0123456789ab; Max-Age=60; Path=/; SameSite=Lax');
    expect(await send('0123456789ab', { cookie: 'vid_ab=aaaaaaaaaaab.0123456789ab' })).toContain(
      'vid_ab=aaaaaaaaaaab.0123456789ab;',
    );
  });

  it('goes by the domain of the site to a page on another host of it, and stays with the host otherwise', async () => {
    const origin = 'https://www.shop.co.uk';
    expect(await send('0123456789ab', { origin, host: 't.shop.co.uk' })).toContain('Domain=shop.co.uk');
    expect(await send('0123456789ab', { origin, host: 'www.shop.co.uk' })).not.toContain('Domain');
    expect(await send('0123456789ab', { origin, host: 't.other.co.uk' })).not.toContain('Domain');
    expect(await send('0123456789ab', { origin, host: '127.0.0.1' })).not.toContain('Domain');
  });

  it('has another cookie for an answer that may be on its way at the same time', async () => {
    expect(await send('0123456789a0')).toContain('vid_a0=0123456789a0;');
  });

  it('names at most four', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `name${String(i).padStart(8, '0')}`);
    const cookie = await send('0123456789ab', { cookie: `vid_ab=${names.join('.')}` });
    expect(cookie.split(';')[0]!.slice('vid_ab='.length).split('.')).toEqual([
      ...names.slice(-3),
      '0123456789ab',
    ]);
  });

  it.each([
    undefined,
    null,
    7,
    '',
    'short',
    'x'.repeat(33),
    'a; Domain=evil',
    'abcdefgh\r\nX: y',
    'ABCDEFGHIJ',
    ['a'],
  ])('is not given for %j', async (ack) => {
    expect(await send(ack)).toBe('');
  });

  it('repeats nothing that someone else put into the cookie', async () => {
    expect(await send('0123456789ab', { cookie: 'vid_ab=<script>.x y.ok000000' })).toContain(
      'vid_ab=ok000000.0123456789ab;',
    );
  });
});
