import { describe, expect, it, vi } from 'vitest';
import type { QueuedCall } from '../src/api.ts';
import type { Plugin } from '../src/plugin.ts';
import { campaign } from '../src/plugins/campaign.ts';
import { externalIds } from '../src/plugins/external-ids.ts';
import { usePage } from './page.ts';

const page = usePage();

describe('an event', () => {
  it('is in storage when the call returns', () => {
    const tracker = page.open();
    tracker.track('Viewed', { sku: 'A-1' });
    expect(page.queued()).toHaveLength(1);
    expect(JSON.parse(localStorage.getItem(page.queued()[0]!)!)).toMatchObject({
      type: 'track',
      event: 'Viewed',
      properties: { sku: 'A-1' },
    });
  });

  it('leaves with ids, session, number, page, device, touch and ids of others', async () => {
    history.replaceState(null, '', '/flats?utm_source=ya&email=ann@mail.ru');
    document.title = 'Flats';
    document.cookie = '_ym_uid=1700000000123456789012; path=/';
    const tracker = page.open({ consentVersion: '3', plugins: [campaign(), externalIds()] });
    tracker.track('Viewed');
    const [event] = await page.flushed(tracker);
    const id = await tracker.ready();
    expect(event).toMatchObject({
      anonymousId: id,
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      context: {
        sequence: 1,
        sessionId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as string,
        library: { name: '@nitka/browser' },
        campaign: { source: 'ya' },
        page: {
          url: 'https://shop.example/flats?utm_source=ya',
          path: '/flats',
          search: '?utm_source=ya',
          title: 'Flats',
        },
        touch: { first: { landingPage: 'https://shop.example/flats' } },
        externalIds: { _ym_uid: '1700000000123456789012' },
        consent: { status: 'granted', version: '3' },
      },
    });
    expect(JSON.stringify(event)).not.toContain('ann@mail.ru');
    expect(page.collector.requests.at(-1)!.body.writeKey).toBe('key');
    expect(page.collector.requests.every(({ url }) => !url.includes('key'))).toBe(true);
    expect(page.queued()).toEqual([]);
  });

  it('carries the time of its call and an id of its own', async () => {
    const tracker = page.open({}, [
      Object.assign(['track', 'early'] as QueuedCall, { when: Date.UTC(2026, 0, 1) }),
    ]);
    tracker.track('late');
    const [early, late] = await page.flushed(tracker);
    expect([early!.event, early!.timestamp]).toEqual(['early', '2026-01-01T00:00:00.000Z']);
    expect(Date.now() - Date.parse(late!.timestamp)).toBeLessThan(60_000);
    expect(early!.messageId).not.toBe(late!.messageId);
  });

  it('over the limit is dropped, counted, and reported with the next batch', async () => {
    const dropped = vi.fn();
    const tracker = page.open();
    tracker.on('dropped', dropped);
    tracker.track('big', { text: 'x'.repeat(40_000) });
    tracker.track('small');
    expect((await page.flushed(tracker)).map(({ event }) => event)).toEqual(['small']);
    expect(dropped.mock.calls).toEqual([['event_too_large', 1]]);
    expect(page.collector.requests.at(-1)!.body.dropped).toEqual({ event_too_large: 1 });
  });

  it('that cannot become JSON throws nothing into the page', async () => {
    const errors = vi.fn();
    const tracker = page.open();
    tracker.on('error', errors);
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    tracker.track('circular', circular);
    tracker.track('big', { n: 1n });
    tracker.track('thrower', {
      get x() {
        throw new RangeError('ann@mail.ru');
      },
    });
    tracker.track('' as never);
    tracker.track(undefined as never);
    expect(errors.mock.calls).toEqual([
      ['invalid_call', 'TypeError'],
      ['invalid_call', 'TypeError'],
      ['invalid_call', 'RangeError'],
      ['invalid_call', 'track'],
      ['invalid_call', 'track'],
    ]);
    expect(page.queued()).toEqual([]);
  });
});

describe('reset', () => {
  it('forgets the user and ends the session, and keeps the visitor', async () => {
    const tracker = page.open();
    tracker.identify('u1');
    const id = await tracker.ready();
    tracker.reset();
    tracker.track('after');
    const [before, after] = await page.flushed(tracker);
    expect(after!.userId).toBeUndefined();
    expect(after!.anonymousId).toBe(id);
    expect(after!.context.sessionId).not.toBe(before!.context.sessionId);
  });

  it('to a new visitor leaves what was tracked before with the former one', async () => {
    const tracker = page.open();
    const former = await tracker.ready();
    tracker.track('before');
    tracker.reset({ newVisitor: true });
    tracker.track('after');
    const [before, after] = await page.flushed(tracker);
    expect([before!.anonymousId, before!.context.sequence]).toEqual([former, 1]);
    expect(after!.anonymousId! > former).toBe(true);
    expect(after!.context.sequence).toBe(1);
    expect(
      page.collector.requests.filter(({ body }) => body.replace).map(({ body }) => body.anonymousId),
    ).toEqual([after!.anonymousId]);
  });

  it('with erase removes everything and goes quiet until consent is given again', async () => {
    const tracker = page.open();
    await tracker.ready();
    tracker.track('before');
    tracker.reset({ erase: true });
    tracker.track('quiet');
    await page.flushed(tracker);
    expect(localStorage).toHaveLength(0);
    expect(document.cookie).toBe('');
    expect(page.collector.requests.map(({ method }) => method)).toContain('DELETE');
    expect(page.collector.events()).toEqual([]);
    tracker.consent('granted');
    tracker.track('again');
    expect((await page.flushed(tracker)).map(({ event }) => event)).toEqual(['again']);
  });
});

describe('consent', () => {
  it('pending: nothing is stored or sent; granted: all in order, with their own times and pages', async () => {
    const tracker = page.open({ consent: 'pending' });
    history.replaceState(null, '', '/first');
    tracker.track('one');
    tracker.identify('u1');
    history.replaceState(null, '', '/second');
    tracker.track('two');
    await tracker.flush();
    expect([localStorage.length, document.cookie, page.collector.requests.length]).toEqual([0, '', 0]);
    tracker.consent('granted');
    const events = await page.flushed(tracker);
    expect(events.map(({ event, context, userId }) => [event, context.page!.path, userId])).toEqual([
      ['one', '/first', undefined],
      [undefined, '/first', 'u1'],
      ['two', '/second', 'u1'],
    ]);
  });

  it('pending, then denied: all is forgotten', async () => {
    const tracker = page.open({ consent: 'pending' });
    tracker.track('one');
    tracker.consent('denied');
    tracker.track('two');
    await tracker.flush();
    expect([localStorage.length, document.cookie, page.collector.requests.length]).toEqual([0, '', 0]);
  });

  it('denied after granted: every tier is erased, and the next page keeps to it', async () => {
    const tracker = page.open();
    await tracker.ready();
    tracker.track('one');
    tracker.consent('denied');
    expect(page.stored()).toEqual({ 'ntk.c': 'denied' });
    expect(document.cookie).toBe('');
    tracker.close();
    page.collector.requests.length = 0;
    const next = page.open();
    next.track('two');
    await next.flush();
    expect([page.stored(), page.collector.requests.length]).toEqual([{ 'ntk.c': 'denied' }, 0]);
  });

  it('takes at most a thousand calls while pending, and tells of the rest', () => {
    const dropped = vi.fn();
    const tracker = page.open({ consent: 'pending' });
    tracker.on('dropped', dropped);
    for (let i = 0; i < 1002; i++) tracker.track(`event ${i}`);
    expect(dropped).toHaveBeenCalledTimes(2);
  });
});

describe('without cookies', () => {
  it('events are sent under an id of the page alone, and nothing is stored', async () => {
    history.replaceState(null, '', '/?utm_source=ya');
    document.cookie = '_ga=GA1.1.1.1; path=/';
    const tracker = page.open({ consent: 'cookieless', plugins: [campaign(), externalIds()] });
    tracker.identify('u1', { phone: '89995551111' });
    tracker.link({ email: 'ann@mail.ru' });
    tracker.page('Home');
    tracker.track('one');
    const events = await page.flushed(tracker);
    expect(events.map(({ type, context }) => [type, context.sequence])).toEqual([
      ['page', 1],
      ['track', 2],
    ]);
    expect(new Set(events.map(({ anonymousId }) => anonymousId)).size).toBe(1);
    expect(new Set(events.map(({ context }) => context.sessionId)).size).toBe(1);
    expect(events[0]!.context.consent).toEqual({ status: 'cookieless' });
    expect(JSON.stringify(events)).not.toMatch(/u1|9995551111|ann@mail|GA1|userAgent|screen|timezone/);
    expect([page.stored(), document.cookie]).toEqual([{}, '_ga=GA1.1.1.1']);
    expect((await indexedDB.databases()).length).toBe(0);
    expect(page.collector.requests.map(({ url }) => new URL(url).pathname)).toEqual(['/v1/batch']);
    expect(page.collector.requests[0]!.init.credentials).toBe('omit');
    expect(page.collector.requests[0]!.body).not.toHaveProperty('ack');
    document.cookie = '_ga=; max-age=0; path=/';
  });

  it('the next page has another id, and a beacon is never used', async () => {
    const beacon = vi.fn(() => true);
    Object.assign(navigator, { sendBeacon: beacon });
    const first = page.open({ consent: 'cookieless' });
    first.track('one');
    await first.flush();
    first.close();
    const second = page.open({ consent: 'cookieless' });
    second.track('two');
    const events = await page.flushed(second);
    expect(events[0]!.anonymousId).not.toBe(events[1]!.anonymousId);
    page.collector.answer(() => Promise.reject(new TypeError('offline')));
    second.track('three');
    window.dispatchEvent(new Event('pagehide'));
    await second.flush();
    expect(beacon).not.toHaveBeenCalled();
  });

  it('a grant begins a visitor; what was counted before keeps the id of the page', async () => {
    const tracker = page.open({ consent: 'cookieless' });
    const ready = tracker.ready();
    tracker.track('counted');
    tracker.consent('granted');
    tracker.track('known');
    const id = await ready;
    const events = await page.flushed(tracker);
    expect(events.map(({ event }) => event).sort()).toEqual(['counted', 'known']);
    const [counted, known] = ['counted', 'known'].map((name) => events.find(({ event }) => event === name)!);
    expect(known!.anonymousId).toBe(id);
    expect(counted!.anonymousId).not.toBe(id);
  });

  it('a visitor who chooses it after a grant is erased, and counted', async () => {
    const tracker = page.open();
    const id = await tracker.ready();
    tracker.consent('cookieless');
    tracker.track('counted');
    const [event] = await page.flushed(tracker);
    expect(event!.anonymousId).not.toBe(id);
    expect([page.stored(), document.cookie]).toEqual([{ 'ntk.c': 'cookieless' }, '']);
    expect(page.collector.requests.map(({ method }) => method)).toContain('DELETE');
  });

  it('what waited for the choice is counted, without the user', async () => {
    const tracker = page.open({ consent: 'pending' });
    tracker.identify('u1');
    tracker.track('one');
    tracker.consent('cookieless');
    const events = await page.flushed(tracker);
    expect(events.map(({ type, userId }) => [type, userId])).toEqual([['track', undefined]]);
    expect(page.stored()).toEqual({});
  });
});

it('keeps the session in a cookie for the site’s own backend, until it ends or is refused', async () => {
  const tracker = page.open();
  tracker.track('one');
  const [event] = await page.flushed(tracker);
  expect(document.cookie).toContain(`ntk_s=${event!.context.sessionId}`);
  tracker.reset();
  expect(document.cookie).not.toContain('ntk_s');
  tracker.track('two');
  expect(document.cookie).toContain('ntk_s=');
  tracker.consent('denied');
  expect(document.cookie).toBe('');
});

describe('consent of other tabs and of the browser', () => {
  const tellTab = (key: string, newValue: string | null): void => {
    if (newValue === null) localStorage.removeItem(key);
    else localStorage.setItem(key, newValue);
    window.dispatchEvent(Object.assign(new Event('storage'), { key, newValue }));
  };

  it('is obeyed: a refusal in another tab erases and silences this one, a grant frees it', async () => {
    const tracker = page.open();
    await tracker.ready();
    tracker.track('one');
    tellTab('ntk.c', 'denied');
    tracker.track('two');
    expect(page.stored()).toEqual({ 'ntk.c': 'denied' });
    expect(document.cookie).toBe('');
    // The other tab tells the server.
    expect(page.collector.requests.map(({ method }) => method)).not.toContain('DELETE');
    tellTab('ntk.c', null);
    tracker.track('three');
    expect((await page.flushed(tracker)).map(({ event }) => event)).toEqual(['three']);
  });

  it('is obeyed: an erasure in another tab silences this one', async () => {
    const tracker = page.open();
    await tracker.ready();
    tracker.track('one');
    tellTab('ntk.x', '1');
    tracker.track('two');
    await tracker.flush();
    expect(page.stored()).toEqual({});
    expect(page.collector.events()).toEqual([]);
  });

  it.each([
    ['respectGpc', 'globalPrivacyControl', true],
    ['respectDnt', 'doNotTrack', '1'],
  ])('with %s a browser that says so counts as a refusal, until a grant', async (option, name, value) => {
    Object.defineProperty(navigator, name, { value, configurable: true });
    const heedless = page.open();
    heedless.track('heedless');
    expect(page.queued()).toHaveLength(1);
    heedless.close();
    const tracker = page.open({ [option]: true });
    tracker.track('refused');
    expect(page.stored()).toEqual({});
    tracker.consent('granted');
    tracker.track('granted');
    expect((await page.flushed(tracker)).map(({ event }) => event)).toEqual(['granted']);
    delete (navigator as unknown as Record<string, unknown>)[name];
  });

  it('for some purposes is sent with every event, on the next page too', async () => {
    const first = page.open({ consent: 'pending', consentVersion: '7' });
    first.consent('granted', { analytics: true, ads: false });
    first.track('one');
    const consent = { status: 'granted', version: '7', purposes: { analytics: true, ads: false } };
    expect((await page.flushed(first)).map(({ context }) => context.consent)).toEqual([consent]);
    first.close();
    const second = page.open({ consent: 'pending', consentVersion: '7' });
    second.track('two');
    expect((await page.flushed(second)).at(-1)!.context.consent).toEqual(consent);
  });
});

it('counts a prerendered page only once it is shown', async () => {
  Object.defineProperty(document, 'prerendering', { value: true, configurable: true });
  const tracker = page.open();
  tracker.track('one');
  await tracker.flush();
  expect([page.stored(), page.collector.requests.length]).toEqual([{}, 0]);
  delete (document as unknown as Record<string, unknown>)['prerendering'];
  document.dispatchEvent(new Event('prerenderingchange'));
  expect((await page.flushed(tracker)).map(({ event }) => event)).toEqual(['one']);
});

describe('plugins', () => {
  it.each([
    ['one without its list', (plugin: Plugin) => plugin],
    ['what a condition left', (plugin: Plugin) => [undefined, false, plugin]],
  ])('may be given as %s', (_, given) => {
    const plugin = vi.fn();
    page.open({ plugins: given(plugin) as never });
    expect(plugin).toHaveBeenCalledTimes(1);
  });

  it('that nobody has called are reported', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    page.open({ debug: true, plugins: [(() => (host: unknown) => host) as never] });
    expect(log.mock.calls).toContainEqual(['nitka', 'error', 'plugin_failed', 'not called']);
    log.mockRestore();
  });

  it('throw nothing into the page from a listener', () => {
    const [errors, inPage] = [vi.fn(), vi.fn()];
    const tracker = page.open({
      plugins: [
        (host) =>
          host.listen(window, 'custom', () => {
            throw new RangeError('typed by the visitor');
          }),
      ],
    });
    tracker.on('error', errors);
    window.addEventListener('error', inPage);
    window.dispatchEvent(new Event('custom'));
    window.removeEventListener('error', inPage);
    expect(errors.mock.calls).toEqual([['invalid_call', 'RangeError']]);
    expect(inPage).not.toHaveBeenCalled();
  });

  it('get a host, are undone at close, and do no harm when they throw', async () => {
    const undo = vi.fn();
    const heard = vi.fn();
    const onLeave = vi.fn();
    const allowed = vi.fn();
    const tracker = page.open({
      consent: 'pending',
      plugins: [
        () => {
          throw new Error('broken plugin');
        },
        (host) => {
          host.listen(window, 'custom', heard);
          host.onLeave(onLeave);
          host.whenAllowed(allowed);
          host.track('from plugin');
          return undo;
        },
      ],
    });
    window.dispatchEvent(new Event('custom'));
    window.dispatchEvent(new Event('pagehide'));
    expect([heard.mock.calls.length, onLeave.mock.calls.length, allowed.mock.calls.length]).toEqual([
      1, 1, 0,
    ]);
    tracker.consent('granted');
    expect(allowed).toHaveBeenCalledTimes(1);
    expect((await page.flushed(tracker)).map(({ event }) => event)).toEqual(['from plugin']);
    tracker.close();
    window.dispatchEvent(new Event('custom'));
    expect([undo.mock.calls.length, heard.mock.calls.length]).toEqual([1, 1]);
  });
});
