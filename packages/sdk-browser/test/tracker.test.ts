import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { QueuedCall, Tracker } from '../src/api.ts';
import { standardFeatures } from '../src/features.ts';
import { readOptions, type TrackerOptions } from '../src/options.ts';
import { readCookies } from '../src/storage/cookie.ts';
import { campaign } from '../src/plugins/campaign.ts';
import { externalIds } from '../src/plugins/external-ids.ts';
import { createPageTracker } from '../src/tracker.ts';
import { createFakeCollector, idAt } from './fakes.ts';

let collector: ReturnType<typeof createFakeCollector>;
let trackers: Tracker[];

beforeEach(() => {
  collector = createFakeCollector();
  trackers = [];
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => {
  trackers.forEach((tracker) => tracker.close());
  localStorage.clear();
  for (const [name] of readCookies(document)) document.cookie = `${name}=; max-age=0; path=/`;
  history.replaceState(null, '', '/');
  vi.restoreAllMocks();
});

const open = (options: Partial<TrackerOptions> = {}, early?: QueuedCall[]): Tracker => {
  const settings = readOptions({ writeKey: 'key', endpoint: 'https://t.shop.example', ...options })!;
  const { fetch } = collector;
  const tracker = createPageTracker(settings, { page: window, fetch, features: standardFeatures, early });
  trackers.push(tracker);
  return tracker;
};
const flushed = async (tracker: Tracker) => {
  await tracker.flush();
  return collector.events();
};
const queued = (): string[] => Object.keys(localStorage).filter((key) => key.startsWith('ntk.q.'));

describe('an event', () => {
  it('is in storage when the call returns', () => {
    const tracker = open();
    tracker.track('Viewed', { sku: 'A-1' });
    expect(queued()).toHaveLength(1);
    expect(JSON.parse(localStorage.getItem(queued()[0]!)!)).toMatchObject({
      type: 'track',
      event: 'Viewed',
      properties: { sku: 'A-1' },
    });
  });

  it('leaves with ids, session, number, page, device, touch and ids of others', async () => {
    history.replaceState(null, '', '/flats?utm_source=ya&email=ann@mail.ru');
    document.title = 'Flats';
    document.cookie = '_ym_uid=1700000000123456789012; path=/';
    const tracker = open({ consentVersion: '3', plugins: [campaign(), externalIds()] });
    tracker.track('Viewed');
    const [event] = await flushed(tracker);
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
    expect(collector.requests.at(-1)!.body.writeKey).toBe('key');
    expect(collector.requests.every(({ url }) => !url.includes('key'))).toBe(true);
    expect(queued()).toEqual([]);
  });

  it('carries the time of its call and an id of its own', async () => {
    const tracker = open({}, [
      Object.assign(['track', 'early'] as QueuedCall, { when: Date.UTC(2026, 0, 1) }),
    ]);
    tracker.track('late');
    const [early, late] = await flushed(tracker);
    expect([early!.event, early!.timestamp]).toEqual(['early', '2026-01-01T00:00:00.000Z']);
    expect(Date.now() - Date.parse(late!.timestamp)).toBeLessThan(60_000);
    expect(early!.messageId).not.toBe(late!.messageId);
  });

  it('over the limit is dropped, counted, and reported with the next batch', async () => {
    const dropped = vi.fn();
    const tracker = open();
    tracker.on('dropped', dropped);
    tracker.track('big', { text: 'x'.repeat(40_000) });
    tracker.track('small');
    expect((await flushed(tracker)).map(({ event }) => event)).toEqual(['small']);
    expect(dropped.mock.calls).toEqual([['event_too_large', 1]]);
    expect(collector.requests.at(-1)!.body.dropped).toEqual({ event_too_large: 1 });
  });

  it('that cannot become JSON throws nothing into the page', async () => {
    const errors = vi.fn();
    const tracker = open();
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
    expect(queued()).toEqual([]);
  });
});

describe('calls', () => {
  it('make events of the Segment spec', async () => {
    const tracker = open();
    tracker.page('Home', { a: 1 });
    tracker.identify(42, { phone: '8 (999) 555-11-11', plan: 'pro' });
    tracker.group('g1', { size: 3 });
    tracker.alias('u2', 'u1');
    tracker.link({ email: ' Ann@Mail.RU ' });
    expect(await flushed(tracker)).toMatchObject([
      { type: 'page', name: 'Home', properties: { a: 1, url: 'https://shop.example/', path: '/' } },
      { type: 'identify', userId: '42', traits: { phone: '+79995551111', plan: 'pro' } },
      { type: 'group', groupId: 'g1', userId: '42', traits: { size: 3 } },
      { type: 'alias', userId: 'u2', previousId: 'u1' },
      { type: 'identify', userId: '42', traits: { email: 'ann@mail.ru' } },
    ]);
  });

  it('send no link without an identifier of a person', async () => {
    const tracker = open();
    tracker.link({ phone: '8 800 555 35 35', email: 'ann' });
    tracker.link({});
    tracker.identify(null, {});
    tracker.track('other');
    expect((await flushed(tracker)).map(({ type }) => type)).toEqual(['track']);
  });

  it('refuse ids that would join strangers', async () => {
    const errors = vi.fn();
    const tracker = open();
    tracker.on('error', errors);
    for (const id of ['undefined', 'null', '0', ' ', '[object Object]', 'guest']) tracker.identify(id);
    tracker.group('null');
    tracker.alias('undefined');
    tracker.track('other');
    const [event] = await flushed(tracker);
    expect(event!.userId).toBeUndefined();
    expect(errors).toHaveBeenCalledTimes(8);
  });

  it('remember the user on the next page, but no traits', async () => {
    const first = open();
    first.identify('u1', { phone: '89995551111' });
    await flushed(first);
    first.close();
    const second = open();
    second.track('next');
    expect((await flushed(second)).at(-1)!.userId).toBe('u1');
    expect(JSON.stringify({ ...localStorage })).not.toContain('9995551111');
  });

  it('hash phones and e-mails, and send nothing where they cannot', async () => {
    const errors = vi.fn();
    const tracker = open({ hashIdentifiers: true });
    tracker.on('error', errors);
    tracker.link({ phone: '8 999 555 11 11' });
    await vi.waitFor(() => expect(queued()).toHaveLength(1));
    vi.spyOn(crypto, 'subtle', 'get').mockReturnValue(undefined as never);
    tracker.link({ email: 'ann@mail.ru' });
    await vi.waitFor(() => expect(errors.mock.calls).toEqual([['invalid_option', 'hashIdentifiers']]));
    const events = await flushed(tracker);
    expect(events).toHaveLength(1);
    expect(Object.keys(events[0]!.traits!)).toEqual(['phoneSha256']);
    expect(JSON.stringify(events)).not.toMatch(/9995551111|ann@mail/);
  });
});

describe('reset', () => {
  it('forgets the user and ends the session, and keeps the visitor', async () => {
    const tracker = open();
    tracker.identify('u1');
    const id = await tracker.ready();
    tracker.reset();
    tracker.track('after');
    const [before, after] = await flushed(tracker);
    expect(after!.userId).toBeUndefined();
    expect(after!.anonymousId).toBe(id);
    expect(after!.context.sessionId).not.toBe(before!.context.sessionId);
  });

  it('to a new visitor leaves what was tracked before with the former one', async () => {
    const tracker = open();
    const former = await tracker.ready();
    tracker.track('before');
    tracker.reset({ newVisitor: true });
    tracker.track('after');
    const [before, after] = await flushed(tracker);
    expect([before!.anonymousId, before!.context.sequence]).toEqual([former, 1]);
    expect(after!.anonymousId! > former).toBe(true);
    expect(after!.context.sequence).toBe(1);
    expect(collector.requests.filter(({ body }) => body.replace).map(({ body }) => body.anonymousId)).toEqual(
      [after!.anonymousId],
    );
  });

  it('with erase removes everything and goes quiet until consent is given again', async () => {
    const tracker = open();
    await tracker.ready();
    tracker.track('before');
    tracker.reset({ erase: true });
    tracker.track('quiet');
    await flushed(tracker);
    expect(localStorage).toHaveLength(0);
    expect(document.cookie).toBe('');
    expect(collector.requests.map(({ method }) => method)).toContain('DELETE');
    expect(collector.events()).toEqual([]);
    tracker.consent('granted');
    tracker.track('again');
    expect((await flushed(tracker)).map(({ event }) => event)).toEqual(['again']);
  });
});

describe('consent', () => {
  it('pending: nothing is stored or sent; granted: all in order, with their own times and pages', async () => {
    const tracker = open({ consent: 'pending' });
    history.replaceState(null, '', '/first');
    tracker.track('one');
    tracker.identify('u1');
    history.replaceState(null, '', '/second');
    tracker.track('two');
    await tracker.flush();
    expect([localStorage.length, document.cookie, collector.requests.length]).toEqual([0, '', 0]);
    tracker.consent('granted');
    const events = await flushed(tracker);
    expect(events.map(({ event, context, userId }) => [event, context.page!.path, userId])).toEqual([
      ['one', '/first', undefined],
      [undefined, '/first', 'u1'],
      ['two', '/second', 'u1'],
    ]);
  });

  it('pending, then denied: all is forgotten', async () => {
    const tracker = open({ consent: 'pending' });
    tracker.track('one');
    tracker.consent('denied');
    tracker.track('two');
    await tracker.flush();
    expect([localStorage.length, document.cookie, collector.requests.length]).toEqual([0, '', 0]);
  });

  it('denied after granted: every tier is erased, and the next page keeps to it', async () => {
    const tracker = open();
    await tracker.ready();
    tracker.track('one');
    tracker.consent('denied');
    expect({ ...localStorage }).toEqual({ 'ntk.c': 'denied' });
    expect(document.cookie).toBe('');
    tracker.close();
    collector.requests.length = 0;
    const next = open();
    next.track('two');
    await next.flush();
    expect([{ ...localStorage }, collector.requests.length]).toEqual([{ 'ntk.c': 'denied' }, 0]);
  });

  it('takes at most a thousand calls while pending, and tells of the rest', () => {
    const dropped = vi.fn();
    const tracker = open({ consent: 'pending' });
    tracker.on('dropped', dropped);
    for (let i = 0; i < 1002; i++) tracker.track(`event ${i}`);
    expect(dropped).toHaveBeenCalledTimes(2);
  });
});

describe('delivery', () => {
  it('adopts the older id of a reply', async () => {
    const tracker = open();
    collector.answer((path) =>
      Response.json({ success: true, ...(path === '/v1/batch' && { anonymousId: idAt(1) }) }),
    );
    tracker.track('one');
    await tracker.flush();
    tracker.track('two');
    const events = await flushed(tracker);
    expect(events[1]!.anonymousId).toBe(idAt(1));
    expect([localStorage.getItem('ntk.id'), document.cookie]).toEqual([idAt(1), `ntk=${idAt(1)}`]);
  });

  it('keeps what did not arrive, with the same messageId and number', async () => {
    const tracker = open();
    collector.answer((path) =>
      path === '/v1/batch' ? new Response('', { status: 503 }) : Response.json({ success: true }),
    );
    tracker.track('one');
    await tracker.flush();
    expect(queued()).toHaveLength(1);
    collector.answer(() => Response.json({ success: true }));
    const [failed, arrived] = await flushed(tracker);
    expect(arrived!.messageId).toBe(failed!.messageId);
    expect(arrived!.context.sequence).toBe(failed!.context.sequence);
    expect(queued()).toEqual([]);
  });

  it('takes a page of a captive portal for no answer', async () => {
    const tracker = open();
    collector.answer(() => new Response('<html>Log in</html>'));
    tracker.track('one');
    await tracker.flush();
    expect(queued()).toHaveLength(1);
  });

  it('sends at once, with a provisional id, when the page is left before the id has settled', async () => {
    collector.answer((path) =>
      path === '/v1/visitor' ? new Promise(() => {}) : Response.json({ success: true }),
    );
    const tracker = open();
    tracker.track('one');
    window.dispatchEvent(new Event('pagehide'));
    const [event] = collector.events();
    expect(event!.anonymousId).toBe(localStorage.getItem('ntk.id.new'));
    expect(collector.requests.at(-1)!.init.keepalive).toBe(true);
    await vi.waitFor(() => expect(queued()).toEqual([]));
  });

  it('sends while leaving what fits into the keepalive budget, and keeps the rest', async () => {
    const tracker = open({ flushAt: 1000 });
    await tracker.ready();
    for (let i = 0; i < 120; i++) tracker.track(`event ${i}`, { text: 'x'.repeat(500) });
    window.dispatchEvent(new Event('pagehide'));
    const sent = collector.requests.at(-1)!;
    expect(sent.init.keepalive).toBe(true);
    expect((sent.init.body as string).length).toBeGreaterThan(50_000);
    await vi.waitFor(() => expect(queued().length).toBe(120 - sent.body.batch!.length));
  });

  it('uses a beacon as the last resort, and keeps the events', async () => {
    const beacon = vi.fn(() => true);
    Object.assign(navigator, { sendBeacon: beacon });
    collector.answer(() => Promise.reject(new TypeError('no budget')));
    const tracker = open();
    tracker.track('one');
    window.dispatchEvent(new Event('pagehide'));
    await vi.waitFor(() => expect(beacon).toHaveBeenCalledTimes(1));
    expect(beacon.mock.calls[0]).toEqual([
      'https://t.shop.example/v1/batch',
      expect.stringContaining('"one"'),
    ]);
    expect(queued()).toHaveLength(1);
  });

  it('sends what an earlier page left behind', async () => {
    const first = open();
    first.track('left');
    first.close();
    expect(queued()).toHaveLength(1);
    const second = open();
    expect((await flushed(second)).map(({ event }) => event)).toEqual(['left']);
  });
});

describe('plugins', () => {
  it('get a host, are undone at close, and do no harm when they throw', async () => {
    const undo = vi.fn();
    const heard = vi.fn();
    const onLeave = vi.fn();
    const allowed = vi.fn();
    const tracker = open({
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
    expect((await flushed(tracker)).map(({ event }) => event)).toEqual(['from plugin']);
    tracker.close();
    window.dispatchEvent(new Event('custom'));
    expect([undo.mock.calls.length, heard.mock.calls.length]).toEqual([1, 1]);
  });
});
