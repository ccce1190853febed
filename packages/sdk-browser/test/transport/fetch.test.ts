import { describe, expect, it, vi } from 'vitest';
import { createHttp, type HttpParts } from '../../src/transport/fetch.ts';
import { createFakeClock } from '../fakes.ts';

const endpoint = 'https://t.shop.example';
const open = (fetch: typeof globalThis.fetch | undefined, parts: Partial<HttpParts> = {}) => {
  const clock = createFakeClock();
  return { http: createHttp({ fetch, endpoint, clock, credentials: 'include', ...parts }), clock };
};
const KB = 1024;

describe('sending by fetch', () => {
  it('posts a text that needs no preflight, with credentials, outliving the page', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json({ success: true }));
    const { http } = open(fetch);
    expect(await http.send('/v1/batch', '{}', 'POST')).toEqual({
      status: 200,
      retryAfter: null,
      body: { success: true },
    });
    const [url, init] = fetch.mock.calls[0]!;
    expect(url).toBe('https://t.shop.example/v1/batch');
    expect(init).toMatchObject({ method: 'POST', body: '{}', keepalive: true, credentials: 'include' });
    expect(init!.headers).toBeUndefined();
  });

  it('gives Retry-After and the status; a body that is no JSON counts as none', async () => {
    const { http } = open(
      async () => new Response('<html>', { status: 503, headers: { 'retry-after': '7' } }),
    );
    expect(await http.send('/v1/batch', '{}', 'POST')).toEqual({
      status: 503,
      retryAfter: '7',
      body: undefined,
    });
  });

  it('keeps to 64 KB of keepalive in flight, and gets the budget back with the body', async () => {
    const answers: ((reply: Response) => void)[] = [];
    const flags: unknown[] = [];
    const { http } = open((_url, init) => {
      flags.push(init!.keepalive);
      return new Promise((resolve) => answers.push(resolve));
    });
    expect(http.room()).toBe(64 * KB);
    const first = http.send('/', 'x'.repeat(40 * KB), 'POST');
    const second = http.send('/', 'x'.repeat(30 * KB), 'POST');
    const third = http.send('/', 'я'.repeat(12 * KB), 'POST');
    expect(flags).toEqual([true, false, true]);
    expect(http.room()).toBe(0);
    answers.forEach((answer) => answer(new Response('{}')));
    await Promise.all([first, second, third]);
    expect(http.room()).toBe(64 * KB);
  });

  it('gives up what the browser never settles, aborted or not', async () => {
    let signal: AbortSignal | null | undefined;
    const { http, clock } = open((_url, init) => {
      signal = init!.signal;
      return new Promise(() => {});
    });
    const rejected = expect(http.send('/', 'x'.repeat(KB), 'POST')).rejects.toBe('expired');
    expect(http.room()).toBe(63 * KB);
    await clock.advance(9_999);
    expect(signal!.aborted).toBe(false);
    await clock.advance(1);
    await rejected;
    expect(signal!.aborted).toBe(true);
    expect(http.room()).toBe(64 * KB);
  });

  it('gives up a body that never ends', async () => {
    const { http, clock } = open(async () => new Response(new ReadableStream()));
    const reply = http.send('/', '{}', 'POST');
    await clock.advance(10_000);
    expect(await reply).toMatchObject({ status: 200, body: undefined });
    expect(http.room()).toBe(64 * KB);
  });

  it('goes without keepalive once after a failure: others may have used the budget up', async () => {
    const flags: unknown[] = [];
    const { http } = open(async (_url, init) => {
      flags.push(init!.keepalive);
      throw new TypeError('failed');
    });
    for (let i = 0; i < 3; i++) await expect(http.send('/', '{}', 'POST')).rejects.toThrow('failed');
    expect(flags).toEqual([true, false, true]);
    expect(http.room()).toBe(64 * KB);
  });

  it('never goes without it in the last turn of a page', async () => {
    const flags: unknown[] = [];
    const { http } = open(async (_url, init) => {
      flags.push(init!.keepalive);
      throw new TypeError('failed');
    });
    await expect(http.send('/', '{}', 'POST')).rejects.toThrow('failed');
    await expect(http.send('/', '{}', 'POST', true)).rejects.toThrow('failed');
    expect(flags).toEqual([true, true]);
  });

  it('counts compressed bytes, and does not compress in the last turn of a page', async () => {
    const bodies: unknown[] = [];
    const { http } = open(
      (_url, init) => {
        bodies.push(init!.body);
        return new Promise(() => {});
      },
      { compress: async (text) => new Blob([text.slice(0, 1000)]) },
    );
    void http.send('/', 'x'.repeat(40 * KB), 'POST');
    await new Promise((resolve) => setTimeout(resolve));
    expect(http.room()).toBe(64 * KB - 1000);
    void http.send('/', 'x'.repeat(10 * KB), 'POST', true);
    expect(http.room()).toBe(54 * KB - 1000);
    expect(bodies.map((body) => typeof body)).toEqual(['object', 'string']);
  });

  it('gives up after its time', async () => {
    const { http, clock } = open(
      (_url, init) =>
        new Promise((_, reject) => {
          init!.signal!.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        }),
    );
    const sent = expect(http.send('/', '{}', 'POST')).rejects.toThrow();
    await clock.advance(10_000);
    await sent;
  });

  it('rejects, and does not throw, where there is no fetch', async () => {
    await expect(open(undefined).http.send('/', '{}', 'POST')).rejects.toThrow();
  });
});
