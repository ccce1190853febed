import { describe, expect, it, vi } from 'vitest';
import { fullJitter } from '../src/backoff.ts';
import { encodeBatch } from '../src/batch.ts';
import {
  createDeliveryLoop,
  type DeliveryLoopOptions,
  type DeliveryLoopParts,
} from '../src/delivery-loop.ts';
import type { QueueLimit, TransportReply } from '../src/ports.ts';
import {
  accepted,
  createArrayQueue,
  createFakeClock,
  createFakeTransport,
  settle,
  type FakeTransport,
  type QueueRecord,
} from './fakes.ts';

type Parts = DeliveryLoopParts<readonly QueueRecord[]>;

interface Options extends Partial<DeliveryLoopOptions> {
  readonly batch?: QueueLimit;
  readonly base?: number;
  readonly cap?: number;
}

const open = (
  answer: (messageIds: string[]) => TransportReply | Error | Promise<TransportReply>,
  { batch = { count: 10, bytes: 100_000 }, base = 1000, cap = 60_000, ...options }: Options = {},
  parts: Partial<Parts> = {},
) => {
  const clock = createFakeClock();
  const queue = createArrayQueue();
  const transport: FakeTransport = createFakeTransport(answer);
  const onFailed = vi.fn();
  const onSent = vi.fn();
  const onRefused = vi.fn();
  const delivery = createDeliveryLoop(
    {
      queue,
      read: () => queue.read(batch),
      remove: queue.remove,
      clock,
      backoff: (failures) => fullJitter(failures, { base, cap, random: () => 0.5 }),
      lock: (task) => task(),
      send: (records, dropped) =>
        transport.send(
          encodeBatch(
            records.map((record) => record.json),
            { sentAt: clock.now(), dropped },
          ),
        ),
      onFailed,
      onSent,
      onRefused,
      ...parts,
    },
    { flushAt: 3, flushInterval: 1000, ...options },
  );
  const track = (...messageIds: string[]): void => {
    for (const messageId of messageIds) {
      queue.add(JSON.stringify({ messageId }));
      delivery.wake();
    }
  };
  return { clock, queue, transport, delivery, track, onFailed, onSent, onRefused };
};

describe('when a batch is sent', () => {
  it('waits for the interval, then sends what came together', async () => {
    const { clock, transport, track, queue } = open(() => accepted);
    track('a', 'b');
    await clock.advance(999);
    expect(transport.requests).toEqual([]);
    await clock.advance(1);
    expect(transport.requests).toEqual([['a', 'b']]);
    expect(queue.count()).toBe(0);
    expect(clock.timers()).toEqual([]);
  });

  it('sends at once when enough wait', async () => {
    const { transport, track } = open(() => accepted);
    track('a', 'b', 'c');
    await settle();
    expect(transport.requests).toEqual([['a', 'b', 'c']]);
  });

  it('sends what is added while a request is in flight without being woken again', async () => {
    let release: (reply: TransportReply) => void = () => undefined;
    const { transport, track, clock, queue } = open(() => new Promise((resolve) => (release = resolve)));
    track('a', 'b', 'c');
    await settle();
    track('d');
    release(accepted);
    await clock.advance(999);
    // A request for it alone would cost more than it does: it waits for company, as any other.
    expect(transport.requests).toEqual([['a', 'b', 'c']]);
    await clock.advance(1);
    expect(transport.requests).toEqual([['a', 'b', 'c'], ['d']]);
    release(accepted);
    await clock.advance(5000);
    expect(queue.count()).toBe(0);
  });

  it('goes on at once while enough wait', async () => {
    const { transport, track, clock } = open(() => accepted, { batch: { count: 3, bytes: 100_000 } });
    track('a', 'b', 'c', 'd', 'e', 'f', 'g');
    await settle();
    expect(transport.requests).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
    await clock.advance(1000);
    expect(transport.requests.at(-1)).toEqual(['g']);
  });

  it('a flush in the middle of a long backlog sends all of it, the last few too', async () => {
    const { transport, track, delivery, queue } = open(() => accepted, {
      batch: { count: 2, bytes: 100_000 },
    });
    track('a', 'b', 'c', 'd', 'e', 'f', 'g');
    await delivery.flush();
    expect(transport.requests.flat()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    expect(queue.count()).toBe(0);
  });

  it('does not ask on and on for events that are counted and cannot be read yet: their storing would never end', async () => {
    let reads = 0;
    const { clock, track, delivery } = open(
      () => accepted,
      {},
      {
        read() {
          if (++reads > 50) throw new Error('endless');
          return [];
        },
      },
    );
    track('a', 'b', 'c', 'd');
    await delivery.flush();
    await settle();
    expect(reads).toBeLessThan(5);
    const before = reads;
    await clock.advance(1000);
    expect(reads).toBe(before + 1);
  });

  it('cuts batches by count and bytes', async () => {
    const { transport, track, delivery } = open(() => accepted, { batch: { count: 2, bytes: 100_000 } });
    track('a', 'b', 'c', 'd', 'e');
    await delivery.flush();
    expect(transport.requests).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });
});

describe('temporary failures', () => {
  it.each(['0', 'Sat, 01 Jan 2000 00:00:00 GMT'])(
    'backs off where Retry-After %s asks for no wait: else a collector that is down is asked without a pause',
    async (retryAfter) => {
      const { clock, transport, track } = open(() => ({ status: 503, retryAfter }));
      track('a', 'b', 'c');
      await clock.advance(499);
      expect(transport.requests).toHaveLength(1);
      await clock.advance(1);
      expect(transport.requests).toHaveLength(2);
    },
  );

  const failures: [string, TransportReply | Error][] = [
    ['no network', new Error('fetch failed')],
    ['408', { status: 408 }],
    ['429', { status: 429 }],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['a captive portal that answers 200 with its own page', { status: 200, body: undefined }],
    ['a 200 that does not say success', { status: 200, body: { success: false } }],
    ['204 without a body', { status: 204 }],
  ];
  it.each(failures)('%s: keeps the events and sends the same ones again', async (_name, failure) => {
    let attempts = 0;
    const { clock, transport, track, queue, onFailed } = open(() => (++attempts < 3 ? failure : accepted));
    track('a', 'b', 'c');
    await settle();
    expect(queue.count()).toBe(3);
    expect(onFailed).toHaveBeenCalledTimes(1);
    expect(onFailed.mock.calls[0]![0]).toBe('delivery_failed');
    await clock.advance(10_000);
    expect(transport.requests).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(queue.count()).toBe(0);
  });

  it('waits longer after each failure, up to the cap', async () => {
    const { clock, track, onFailed } = open(() => ({ status: 503 }), { base: 1000, cap: 4000 });
    track('a', 'b', 'c');
    await settle();
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      waits.push(clock.timers()[0]!);
      await clock.advance(clock.timers()[0]!);
    }
    expect(waits).toEqual([500, 1000, 2000, 2000, 2000]);
    expect(onFailed).toHaveBeenCalledTimes(6);
  });

  it('says when it reads how many attempts have failed in a row, so that a smaller batch can be tried', async () => {
    const told: number[] = [];
    let attempts = 0;
    const { clock, queue, track } = open(
      () => (++attempts < 3 ? new Error('timed out') : accepted),
      { batch: { count: 2, bytes: 100_000 } },
      {
        read: (failures) => {
          told.push(failures);
          return queue.read({ count: 2, bytes: 100_000 });
        },
      },
    );
    track('a', 'b', 'c');
    await clock.advance(10_000);
    expect(told).toEqual([0, 1, 2, 0]);
    expect(queue.count()).toBe(0);
  });

  it('ends a back-off once what is sent in a last turn has arrived: a page that lives on need not wait it out', async () => {
    let isDown = true;
    const { clock, queue, track, delivery, transport } = open(() =>
      isDown ? new Error('offline') : accepted,
    );
    track('a', 'b', 'c');
    await settle();
    expect(clock.timers()).toEqual([500]);
    isDown = false;
    await delivery.sendLast((await queue.read({ count: 10, bytes: 1000 })).slice(0, 1));
    expect(clock.timers()).toEqual([1000]);
    track('d');
    await settle();
    expect(transport.requests).toEqual([['a', 'b', 'c'], ['a'], ['b', 'c', 'd']]);
    expect(queue.count()).toBe(0);
  });

  it('keeps to the wait that the collector asked for, whatever arrives in a last turn', async () => {
    let isDown = true;
    const { clock, queue, track, delivery } = open(() =>
      isDown ? { status: 503, retryAfter: '7' } : accepted,
    );
    track('a', 'b', 'c');
    await settle();
    isDown = false;
    await delivery.sendLast((await queue.read({ count: 10, bytes: 1000 })).slice(0, 1));
    expect(clock.timers()).toEqual([7000]);
  });

  it('waits as long as Retry-After says, also when flush is called', async () => {
    let attempts = 0;
    const { clock, transport, track, delivery } = open(() =>
      ++attempts === 1 ? { status: 503, retryAfter: '7' } : accepted,
    );
    track('a', 'b', 'c');
    await settle();
    await delivery.flush();
    await clock.advance(6999);
    expect(transport.requests).toHaveLength(1);
    await clock.advance(1);
    expect(transport.requests).toHaveLength(2);
  });

  it('cuts a back-off short when flush is called', async () => {
    let attempts = 0;
    const { transport, track, delivery, queue } = open(() =>
      ++attempts === 1 ? new Error('offline') : accepted,
    );
    track('a', 'b', 'c');
    await settle();
    await delivery.flush();
    expect(transport.requests).toHaveLength(2);
    expect(queue.count()).toBe(0);
  });

  it('does not hammer: new events during a back-off wait with the others', async () => {
    const { transport, track, clock } = open(() => ({ status: 503 }));
    track('a', 'b', 'c');
    await settle();
    track('d', 'e', 'f', 'g');
    await clock.advance(499);
    expect(transport.requests).toHaveLength(1);
    await clock.advance(1);
    expect(transport.requests[1]).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });
});

describe('lasting failures', () => {
  it.each([401, 403, 404])('%i: the set-up is wrong, so events are kept and tried rarely', async (status) => {
    let right = false;
    const { clock, track, queue, onFailed, transport } = open(() => (right ? accepted : { status }), {
      holdFor: 60_000,
    });
    track('a', 'b', 'c');
    await clock.advance(59_000);
    expect(transport.requests).toHaveLength(1);
    expect(onFailed).toHaveBeenCalledWith('delivery_held', `HTTP ${status}`);
    right = true;
    await clock.advance(10_000);
    expect(queue.count()).toBe(0);
  });

  it.each([400, 413, 422])('%i: halves the batch, drops only the event that is refused', async (status) => {
    const { track, delivery, queue, transport, onRefused } = open((ids) =>
      ids.includes('bad') ? { status, body: { code: 'invalid_body' } } : accepted,
    );
    track('a', 'b', 'bad', 'd', 'e');
    await delivery.flush();
    expect(queue.count()).toBe(0);
    expect(onRefused.mock.calls.map(([[record]]) => record.json)).toEqual(['{"messageId":"bad"}']);
    const arrived = transport.requests.filter((ids) => !ids.includes('bad')).flat();
    expect(arrived.sort()).toEqual(['a', 'b', 'd', 'e']);
  });

  it.each([
    [400, '<h1>The plain HTTP request was sent to HTTPS port</h1>'],
    [413, undefined],
    [451, '<h1>Unavailable</h1>'],
  ])('%i: a proxy has no say in what is dropped', async (status, body) => {
    let isPast = false;
    const { track, delivery, queue, onRefused, onFailed } = open(() =>
      isPast ? accepted : { status, body },
    );
    track('a', 'b', 'c');
    await delivery.flush();
    expect(queue.count()).toBe(3);
    expect(onRefused).not.toHaveBeenCalled();
    expect(onFailed).toHaveBeenCalledWith('delivery_held', `HTTP ${status}`);
    isPast = true;
    await delivery.flush();
    expect(queue.count()).toBe(0);
  });

  it('reports in the next batch what was dropped, until that arrives', async () => {
    let online = true;
    const { track, delivery, transport } = open((ids) =>
      !online
        ? new Error('offline')
        : ids.includes('bad')
          ? { status: 400, body: { code: 'malformed_json' } }
          : accepted,
    );
    track('bad');
    await delivery.flush();
    online = false;
    track('a');
    await delivery.flush();
    online = true;
    await delivery.flush();
    expect(transport.bodies.map((body) => body['dropped'])).toEqual([
      undefined,
      { delivery_refused: 1 },
      { delivery_refused: 1 },
    ]);
    track('b');
    await delivery.flush();
    expect(transport.bodies.at(-1)!['dropped']).toBeUndefined();
  });
});

it('sends what a page has unsent in its last turn without the lock, and marks it so', async () => {
  const marks: unknown[] = [];
  const { queue, clock, delivery, transport } = open(
    () => accepted,
    {},
    { lock: () => new Promise(() => {}) },
  );
  queue.add('{"messageId":"a"}');
  await delivery.sendLast(await queue.read({ count: 10, bytes: 1000 }));
  expect(transport.requests).toEqual([['a']]);
  expect(queue.count()).toBe(0);
  await delivery.sendLast([]);
  delivery.stop();
  queue.add('{"messageId":"b"}');
  await delivery.sendLast(await queue.read({ count: 10, bytes: 1000 }));
  await clock.advance(5000);
  expect(transport.requests).toHaveLength(1);
  const other = open(
    () => accepted,
    {},
    {
      send: async (_records, _dropped, isLast) => {
        marks.push(isLast);
        return accepted;
      },
    },
  );
  other.track('a', 'b', 'c');
  await settle();
  other.queue.add('{"messageId":"d"}');
  await other.delivery.sendLast(await other.queue.read({ count: 10, bytes: 1000 }));
  expect(marks).toEqual([undefined, true]);
});

it('sends under the lock, and not while another holder has it', async () => {
  let free: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (free = resolve));
  const lock = async <T>(task: () => Promise<T>): Promise<T> => {
    await held;
    return task();
  };
  const { track, transport, delivery } = open(() => accepted, {}, { lock });
  track('a', 'b', 'c');
  await settle();
  expect(transport.requests).toEqual([]);
  free();
  await delivery.flush();
  expect(transport.requests).toEqual([['a', 'b', 'c']]);
});

it('goes on after the storage failed once', async () => {
  let broken = true;
  const clock = createFakeClock();
  const queue = createArrayQueue();
  const transport = createFakeTransport(() => accepted);
  const onFailed = vi.fn();
  const delivery = createDeliveryLoop(
    {
      queue,
      read: () =>
        broken ? Promise.reject(new Error('storage gone')) : queue.read({ count: 10, bytes: 1000 }),
      remove: queue.remove,
      clock,
      backoff: () => 500,
      lock: (task) => task(),
      onSent() {},
      onRefused() {},
      send: (records: readonly QueueRecord[]) =>
        transport.send(
          encodeBatch(
            records.map((record) => record.json),
            { sentAt: 0 },
          ),
        ),
      onFailed,
    },
    { flushAt: 1, flushInterval: 1000 },
  );
  queue.add('{"messageId":"a"}');
  delivery.wake();
  await settle();
  expect(onFailed).toHaveBeenCalledWith('storage_failed', 'storage gone');
  broken = false;
  await clock.advance(1000);
  expect(transport.requests).toEqual([['a']]);
});

it('does nothing after stop', async () => {
  const { track, delivery, transport, clock } = open(() => accepted);
  track('a');
  delivery.stop();
  track('b', 'c', 'd');
  await delivery.flush();
  await clock.advance(10_000);
  expect(transport.requests).toEqual([]);
});
