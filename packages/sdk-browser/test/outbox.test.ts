import { describe, expect, it, vi } from 'vitest';
import { idAt, patience } from './fakes.ts';
import { usePage } from './page.ts';

const page = usePage();

describe('delivery', () => {
  it('adopts the older id of a reply', async () => {
    const tracker = page.open();
    page.collector.answer((path) =>
      Response.json({ success: true, ...(path === '/v1/batch' && { anonymousId: idAt(1) }) }),
    );
    tracker.track('one');
    await tracker.flush();
    tracker.track('two');
    const events = await page.flushed(tracker);
    expect(events[1]!.anonymousId).toBe(idAt(1));
    expect(localStorage.getItem('ntk.id')).toBe(idAt(1));
    expect(document.cookie).toContain(`ntk=${idAt(1)}`);
  });

  it('keeps what did not arrive, with the same messageId and number', async () => {
    const tracker = page.open();
    page.collector.answer((path) =>
      path === '/v1/batch' ? new Response('', { status: 503 }) : Response.json({ success: true }),
    );
    tracker.track('one');
    await tracker.flush();
    expect(page.queued()).toHaveLength(1);
    page.collector.answer(() => Response.json({ success: true }));
    const [failed, arrived] = await page.flushed(tracker);
    expect(arrived!.messageId).toBe(failed!.messageId);
    expect(arrived!.context.sequence).toBe(failed!.context.sequence);
    expect(page.queued()).toEqual([]);
  });

  it('takes half as much after each failure, and a full batch again once one has arrived', async () => {
    const tracker = page.open({ flushAt: 1000 });
    await tracker.ready();
    for (let i = 0; i < 200; i++) tracker.track(`event ${i}`, { text: 'x'.repeat(500) });
    page.collector.answer(() => Promise.reject(new TypeError('timed out')));
    for (let attempt = 0; attempt < 7; attempt++) await tracker.flush();
    page.collector.answer(() => Response.json({ success: true }));
    await tracker.flush();
    const counts = page.collector.requests.flatMap(({ body }) => (body.batch ? [body.batch.length] : []));
    const [full, half, quarter] = counts as [number, number, number];
    expect(full).toBeGreaterThan(25);
    expect(half).toBe(full >> 1);
    expect(quarter).toBe(half >> 1);
    // However often it failed, one event goes.
    expect(counts.slice(6, 9)).toEqual([1, 1, full]);
  });

  it('sends later what could not be put into a batch once', async () => {
    const tracker = page.open();
    await tracker.ready();
    tracker.track('one');
    vi.spyOn(Date.prototype, 'toISOString').mockImplementationOnce(() => {
      throw new Error('of the page');
    });
    await tracker.flush();
    expect(page.collector.events()).toEqual([]);
    expect((await page.flushed(tracker)).map(({ event }) => event)).toEqual(['one']);
  });

  it('takes a page of a captive portal for no answer', async () => {
    const tracker = page.open();
    page.collector.answer(() => new Response('<html>Log in</html>'));
    tracker.track('one');
    await tracker.flush();
    expect(page.queued()).toHaveLength(1);
  });

  it('sends at once, with a provisional id, when the page is left before the id has settled', async () => {
    page.collector.answer((path) =>
      path === '/v1/visitor' ? new Promise(() => {}) : Response.json({ success: true }),
    );
    const tracker = page.open();
    tracker.track('one');
    window.dispatchEvent(new Event('pagehide'));
    const [event] = page.collector.events();
    expect(event!.anonymousId).toBe(localStorage.getItem('ntk.id.new'));
    expect(page.collector.requests.at(-1)!.init.keepalive).toBe(true);
    await vi.waitFor(() => expect(page.queued()).toEqual([]), patience);
  });

  it('sends while leaving what fits into the keepalive budget, and keeps the rest', async () => {
    const tracker = page.open({ flushAt: 1000 });
    await tracker.ready();
    for (let i = 0; i < 120; i++) tracker.track(`event ${i}`, { text: 'x'.repeat(500) });
    window.dispatchEvent(new Event('pagehide'));
    const sent = page.collector.requests.at(-1)!;
    expect(sent.init.keepalive).toBe(true);
    expect((sent.init.body as string).length).toBeGreaterThan(50_000);
    await vi.waitFor(() => expect(page.queued().length).toBe(120 - sent.body.batch!.length), patience);
  });

  it('sends while leaving nothing that is in a request already', async () => {
    let answer: (reply: Response) => void = () => {};
    page.collector.answer((path) =>
      path === '/v1/batch'
        ? new Promise<Response>((resolve) => (answer = resolve))
        : Response.json({ success: true }),
    );
    const tracker = page.open();
    await tracker.ready();
    const batches = (): unknown[] =>
      page.collector.requests
        .filter(({ body }) => body.batch)
        .map(({ body }) => body.batch!.map(({ event }) => event));
    tracker.track('one');
    void tracker.flush();
    await vi.waitFor(() => expect(batches()).toEqual([['one']]), patience);
    tracker.track('two');
    window.dispatchEvent(new Event('pagehide'));
    expect(batches()).toEqual([['one'], ['two']]);
    answer(Response.json({ success: true }));
  });

  it('uses a beacon as the last resort, and keeps the events', async () => {
    const beacon = vi.fn(() => true);
    Object.assign(navigator, { sendBeacon: beacon });
    page.collector.answer(() => Promise.reject(new TypeError('no budget')));
    const tracker = page.open();
    tracker.track('one');
    window.dispatchEvent(new Event('pagehide'));
    await vi.waitFor(() => expect(beacon).toHaveBeenCalledTimes(1), patience);
    expect(beacon.mock.calls[0]).toEqual([
      'https://t.shop.example/v1/batch',
      expect.stringContaining('"one"'),
    ]);
    expect(page.queued()).toHaveLength(1);
  });

  it('sends what an earlier page left behind', async () => {
    const first = page.open();
    first.track('left');
    first.close();
    expect(page.queued()).toHaveLength(1);
    const second = page.open();
    expect((await page.flushed(second)).map(({ event }) => event)).toEqual(['left']);
  });
});

describe('what localStorage refuses', () => {
  const refuse = (): void => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('', 'QuotaExceededError');
    });
  };

  it('is sent by this page', async () => {
    refuse();
    const tracker = page.open();
    for (const name of ['one', 'two']) tracker.track(name);
    const events = await page.flushed(tracker);
    expect(events.map(({ event, context }) => [event, context.sequence])).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
  });

  it('is sent by the next page, once', async () => {
    refuse();
    const first = page.open();
    for (const name of ['one', 'two']) first.track(name);
    await first.ready();
    first.close();
    expect(page.queued()).toEqual([]);
    const second = page.open();
    await vi.waitFor(async () => {
      await second.flush();
      expect(page.collector.events().map(({ event }) => event)).toEqual(['one', 'two']);
    }, patience);
    second.close();
    const third = page.open();
    await third.ready();
    expect(await page.flushed(third)).toHaveLength(2);
  });

  it('is gone after a refusal', async () => {
    refuse();
    const first = page.open();
    first.track('one');
    await first.ready();
    first.consent('denied');
    first.close();
    vi.restoreAllMocks();
    const second = page.open();
    await second.ready();
    expect(await page.flushed(second)).toEqual([]);
  });
});
