import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTracker, memoryQueue, type TrackerOptions } from '../src/index.ts';
import { createTestCollector } from '../src/testing/index.ts';

const closing: (() => Promise<unknown>)[] = [];

const start = (options: Partial<TrackerOptions> = {}) => {
  const collector = createTestCollector();
  const tracker = createTracker({
    writeKey: collector.writeKey,
    endpoint: collector.endpoint,
    fetch: collector.fetch,
    shutdown: false,
    backoffBase: 5,
    backoffCap: 20,
    ...options,
  });
  const errors: string[] = [];
  tracker.on('error', (error) => errors.push(error.code));
  closing.push(() => tracker.close({ timeout: 0 }));
  return { collector, tracker, errors };
};

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

it('sends each kind of call in the shape of the Segment spec', async () => {
  const { collector, tracker } = start({ context: { shop: '17' } });
  const common = { userId: '42', timestamp: '2026-01-02T03:04:05+03:00' };
  tracker.track({ ...common, event: 'Order Completed', properties: { total: '1990.10' }, messageId: 'm1' });
  tracker.page({ ...common, name: 'Home', properties: { path: '/' } });
  tracker.screen({ ...common, name: 'Till' });
  tracker.identify({ ...common, traits: { city: 'Пермь' }, phone: '8 (999) 555-11-22' });
  tracker.link({ anonymousId: 'a1', email: ' Ann@Mail.ru ' });
  tracker.group({ ...common, groupId: 7, traits: { plan: 'x' } });
  tracker.alias({ userId: '42', previousId: 'old' });
  expect(await tracker.flush()).toEqual({ pending: 0 });

  const library = { name: '@nitka/node', version: expect.any(String) };
  const context = { library, shop: '17' };
  const timestamp = '2026-01-02T00:04:05.000Z';
  const messageId = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect(collector.events).toEqual([
    {
      messageId: 'm1',
      type: 'track',
      userId: '42',
      event: 'Order Completed',
      properties: { total: '1990.10' },
      context,
      timestamp,
    },
    { messageId, type: 'page', userId: '42', name: 'Home', properties: { path: '/' }, context, timestamp },
    { messageId, type: 'screen', userId: '42', name: 'Till', context, timestamp },
    {
      messageId,
      type: 'identify',
      userId: '42',
      traits: { city: 'Пермь', phone: '+79995551122' },
      context,
      timestamp,
    },
    {
      messageId,
      type: 'identify',
      anonymousId: 'a1',
      traits: { email: 'ann@mail.ru' },
      context,
      timestamp: expect.any(String),
    },
    { messageId, type: 'group', userId: '42', groupId: '7', traits: { plan: 'x' }, context, timestamp },
    { messageId, type: 'alias', userId: '42', previousId: 'old', context, timestamp: expect.any(String) },
  ]);
  expect(collector.requests[0]?.headers['authorization']).toBe(`Basic ${btoa('test-key:')}`);
  expect(collector.requests[0]?.path).toBe('/v1/batch');
  expect(collector.requests[0]?.body).toMatchObject({ sentAt: expect.stringMatching(/Z$/) });
});

it('lets an event of a phone alone stand for itself until it is joined', async () => {
  const { collector, tracker } = start();
  const { messageId } = tracker.track({
    event: 'Order Completed',
    phone: '9995551122',
    context: { traits: { a: 1 } },
  });
  await tracker.flush();
  expect(collector.events[0]).toMatchObject({
    anonymousId: messageId,
    context: { traits: { a: 1, phone: '+79995551122' }, library: { name: '@nitka/node' } },
  });
});

describe('a call that cannot become an event', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  it.each([
    ['event_name_missing', { userId: '1' }],
    ['identity_missing', { event: 'x' }],
    ['identity_missing', { event: 'x', userId: 'undefined' }],
    ['message_id_invalid', { event: 'x', userId: '1', messageId: 'x'.repeat(101) }],
    ['event_too_large', { event: 'x', userId: '1', properties: { text: 'я'.repeat(16_384) } }],
    ['invalid_call', { event: 'x', userId: '1', timestamp: '2026-01-02T03:04:05' }],
    ['invalid_call', { event: 'x', userId: '1', timestamp: new Date(NaN) }],
    ['invalid_call', { event: 'x', userId: '1', properties: circular }],
    ['invalid_call', { event: 'x', userId: '1', properties: [] }],
    ['invalid_call', { event: 'x', userId: { id: 1 } }],
    ['invalid_call', undefined],
    [
      'invalid_call',
      {
        event: 'x',
        userId: '1',
        get properties() {
          throw new TypeError('secret');
        },
      },
    ],
  ])('is answered with %s and never throws: %#', async (code, call) => {
    const { collector, tracker, errors } = start();
    const answer = tracker.track(call as never);
    expect(answer).toMatchObject({ accepted: false, error: { code } });
    expect(errors).toEqual([code]);
    await expect(answer.stored()).rejects.toMatchObject({ code });
    await tracker.flush();
    expect(collector.requests).toHaveLength(0);
  });
});

it('keeps every digit of big integers', async () => {
  const { collector, tracker } = start();
  tracker.track({ event: 'x', userId: '1', properties: { ym: 12345678901234567890n } });
  await tracker.flush();
  expect(collector.events[0]?.properties).toEqual({ ym: '12345678901234567890' });
});

it('sends a batch again until the collector has it, once', async () => {
  const { collector, tracker, errors } = start({ flushInterval: 0 });
  let tries = 0;
  collector.answer(() => ({ status: ++tries < 4 ? 503 : 200 }));
  const calls = Array.from({ length: 50 }, (_, n) => tracker.track({ event: 'x', userId: `u${n}` }));
  await Promise.all(calls.map((call) => call.delivered()));
  expect(collector.events).toHaveLength(50);
  expect(collector.duplicates()).toEqual([]);
  expect(errors).toEqual(['delivery_failed', 'delivery_failed', 'delivery_failed']);
});

it('names the cause of a network failure', async () => {
  const { tracker } = start({ endpoint: 'http://127.0.0.1:1', fetch: globalThis.fetch });
  const details: unknown[] = [];
  tracker.on('error', (error) => details.push(error.detail));
  tracker.track({ event: 'x', userId: '1' });
  expect(await tracker.flush()).toEqual({ pending: 1 });
  expect(details[0]).toMatch(/fetch failed: .*(ECONNREFUSED|bad port)/);
});

it('cuts batches by number and by bytes', async () => {
  const { collector, tracker } = start({ batchEvents: 10, batchBytes: 2048, flushAt: 1000 });
  for (let n = 0; n < 25; n++) tracker.track({ event: 'small', userId: `u${n}` });
  for (let n = 0; n < 4; n++)
    tracker.track({ event: 'big', userId: `u${n}`, properties: { text: 'x'.repeat(1200) } });
  await tracker.flush();
  expect(collector.events).toHaveLength(29);
  for (const request of collector.requests) {
    expect(request.events.length).toBeLessThanOrEqual(10);
    expect(JSON.stringify(request.events).length).toBeLessThan(2048 + 300);
  }
});

it('finds the refused event by halving and delivers the rest', async () => {
  const { collector, tracker } = start();
  const isBad = ({ events }: { events: readonly { event?: string }[] }) =>
    events.some((one) => one.event === 'bad');
  collector.answer((request) => ({ status: isBad(request) ? 400 : 200 }));
  const bad: Promise<void>[] = [];
  for (let n = 0; n < 20; n++) {
    const call = tracker.track({ event: n === 13 ? 'bad' : 'good', userId: `u${n}` });
    if (n === 13) bad.push(call.delivered());
  }
  const failed = expect(bad[0]).rejects.toMatchObject({ code: 'delivery_refused' });
  await tracker.flush();
  await failed;
  expect(collector.named('good')).toHaveLength(19);
  expect(tracker.stats()).toEqual({ pending: 0, pendingBytes: 0, dropped: { delivery_refused: 1 } });
});

it('signals pressure, refuses what does not fit, counts it, and tells the collector', async () => {
  const { collector, tracker } = start({ queue: memoryQueue({ maxEvents: 100 }), flushAt: 1000 });
  const dropped = vi.fn();
  tracker.on('dropped', dropped);
  collector.answer(() => ({ status: 503 }));
  const calls = Array.from({ length: 130 }, (_, n) => tracker.track({ event: 'x', userId: `u${n}` }));
  expect(calls.filter((call) => call.accepted)).toHaveLength(100);
  expect(calls.findIndex((call) => !call.hasRoom)).toBe(50);
  expect(calls[120]?.error?.code).toBe('queue_full');
  expect(dropped).toHaveBeenCalledTimes(30);
  expect(await tracker.drained({ timeout: 10 })).toBe(false);

  collector.answer();
  const drained = tracker.drained();
  await tracker.flush();
  expect(await drained).toBe(true);
  expect(collector.events).toHaveLength(100);
  expect(collector.requests.at(-1)?.body).toMatchObject({ dropped: { queue_full: 30 } });
});

it('gzips when asked', async () => {
  const { collector, tracker } = start({ gzip: true });
  tracker.track({ event: 'x', userId: '1', properties: { text: 'ж'.repeat(500) } });
  await tracker.flush();
  expect(collector.requests[0]?.headers['content-encoding']).toBe('gzip');
  expect(collector.events).toHaveLength(1);
});

it('tells of events that the collector keeps as rejects', async () => {
  const { collector, tracker, errors } = start();
  const bad = { messageId: 'b', code: 'nesting_too_deep', message: '…' };
  const rejected = [bad, { messageId: 'c', code: 'not_known_yet' }, { code: 'x' }, null];
  collector.answer(() => ({ status: 200, body: { success: true, rejected } }));
  const calls = ['a', 'b', 'c'].map((messageId) =>
    tracker.track({ event: 'x', userId: 'u', messageId }).delivered(),
  );
  const outcomes = Promise.allSettled(calls);
  await tracker.flush();
  expect(errors).toEqual(['nesting_too_deep', 'delivery_refused']);
  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
});

it('marks events of a clock that is days off, as soon as it is known', async () => {
  const { collector, tracker } = start();
  const date = new Date(Date.now() + 3 * 86_400_000).toUTCString();
  collector.answer(() => ({ status: 200, headers: { date } }));
  for (const n of [1, 2]) {
    tracker.track({ event: 'x', userId: `u${n}` });
    await tracker.flush();
  }
  expect(collector.requests[0]?.body).not.toHaveProperty('context');
  const { clock } = (collector.requests[1]?.body as { context: { clock: { skew: number } } }).context;
  expect(Math.abs(clock.skew - 3 * 86_400_000)).toBeLessThan(5000);
});

it('tells listeners what was sent, and survives one that throws', async () => {
  vi.spyOn(console, 'warn').mockImplementationOnce(() => {});
  const { tracker } = start();
  const sent: string[][] = [];
  tracker.on('sent', () => {
    throw new Error('host');
  });
  const stop = tracker.on('sent', (batch) => sent.push(batch.messageIds()));
  tracker.track({ event: 'x', userId: '1', messageId: 'a"\\b' });
  tracker.track({ event: 'x', userId: '1', messageId: 'c' });
  await tracker.flush();
  stop();
  tracker.track({ event: 'x', userId: '1', messageId: 'd' });
  await tracker.flush();
  expect(sent).toEqual([['a"\\b', 'c']]);
});

it('closes though its storage never does', async () => {
  vi.useFakeTimers();
  try {
    const { storage, ...queue } = memoryQueue();
    const stuck = { ...queue, storage: { ...storage, close: () => new Promise<void>(() => {}) } };
    const tracker = createTracker({ writeKey: 'k', endpoint: 'https://x', queue: stuck, shutdown: false });
    const codes: string[] = [];
    tracker.on('error', ({ code }) => codes.push(code));
    const closed = tracker.close();
    await vi.runAllTimersAsync();
    expect(await closed).toEqual({ pending: 0 });
    expect(codes).toEqual(['storage_failed']);
  } finally {
    vi.useRealTimers();
  }
});

it('refuses calls after close, which flushes', async () => {
  const { collector, tracker } = start();
  tracker.track({ event: 'x', userId: '1' });
  expect(await tracker.close()).toEqual({ pending: 0 });
  expect(collector.events).toHaveLength(1);
  expect(tracker.track({ event: 'y', userId: '1' }).error?.code).toBe('tracker_closed');
});

it('says what is left when flush runs out of time', async () => {
  const { collector, tracker } = start();
  collector.answer(() => new Promise(() => {}));
  tracker.track({ event: 'x', userId: '1' });
  expect(await tracker.flush({ timeout: 20 })).toEqual({ pending: 1 });
});

it.each([
  [{ writeKey: '' }],
  [{ writeKey: 'a:b' }],
  [{ writeKey: 'key\n' }],
  [{ endpoint: 'collector' }],
  [{ endpoint: 'ftp://x' }],
  [{ endpoint: 'https://user:secret@x' }],
  [{ flushAt: 0 }],
  [{ batchEvents: 2501 }],
  [{ concurrency: 1.5 }],
])('refuses the options %j', (options) => {
  expect(() => createTracker({ writeKey: 'k', endpoint: 'https://x', ...options })).toThrow(
    expect.objectContaining({ code: 'invalid_option' }),
  );
});

it.each([
  ['https://x.example', 'https://x.example/v1/batch'],
  ['https://x.example/nitka/', 'https://x.example/nitka/v1/batch'],
  ['https://x.example/v1', 'https://x.example/v1/batch'],
  ['https://x.example/v1/batch', 'https://x.example/v1/batch'],
])('sends to %s as %s', async (endpoint, expected) => {
  let seen = '';
  const { tracker } = start({
    endpoint,
    fetch: (url) => {
      seen = typeof url === 'string' ? url : 'no text';
      return Promise.resolve(new Response('{"success":true}'));
    },
  });
  tracker.track({ event: 'x', userId: '1' });
  await tracker.flush();
  expect(seen).toBe(expected);
});
