import { describe, expect, it, vi } from 'vitest';
import { eventsOf } from '../../src/queue/batch-text.ts';
import type { Batch } from '../../src/queue/batch.ts';
import { createEventQueue, type EventQueueOptions } from '../../src/queue/event-queue.ts';
import { createMemoryStorage } from '../../src/queue/memory-storage.ts';

const limit = { count: 10, bytes: 100_000 };
const json = (n: number, visitor = 'v'): string =>
  JSON.stringify({ messageId: `m${n}`, type: 'track', anonymousId: visitor, n });

const open = (options: Partial<EventQueueOptions> = {}, now = () => 1000) => {
  const storage = createMemoryStorage();
  const onDropped = vi.fn();
  const queue = createEventQueue(
    { storage, clock: { now }, onDropped },
    { maxCount: 1000, maxBytes: 1_000_000, maxAge: 0, lanes: 1, ...options },
  );
  const add = (from: number, to: number): void => {
    for (let n = from; n <= to; n++) void queue.add(json(n), now());
  };
  return { queue, storage, onDropped, add };
};

const numbers = (batch: Batch): number[] =>
  batch.length === 0 ? [] : eventsOf(batch.text).map((text) => (JSON.parse(text) as { n: number }).n);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);

it('hands out each batch once, oldest first, also to readers at once', async () => {
  const { queue, add } = open();
  add(1, 25);
  const batches = await Promise.all([1, 2, 3, 4].map(() => queue.read(limit)));
  expect(batches.map(numbers)).toEqual([range(1, 10), range(11, 20), range(21, 25), []]);
  expect(queue.hasWaiting()).toBe(false);
  for (const batch of batches) {
    await queue.remove(batch);
    queue.release(batch);
  }
  expect(queue.count()).toBe(0);
  await queue.refresh();
  expect([queue.count(), queue.bytes()]).toEqual([0, 0]);
});

it('what failed comes again before what is younger', async () => {
  const { queue, add } = open();
  add(1, 20);
  const first = await queue.read(limit);
  const second = await queue.read(limit);
  queue.release(second);
  queue.release(first);
  add(21, 21);
  expect(numbers(await queue.read(limit))).toEqual(range(1, 10));
  expect(numbers(await queue.read(limit))).toEqual(range(11, 20));
  expect(numbers(await queue.read(limit))).toEqual([21]);
});

it('of a batch that is delivered in parts only the rest comes again', async () => {
  const { queue, add, storage } = open();
  add(1, 20);
  const batch = await queue.read(limit);
  await queue.remove(batch.slice(0, 5));
  await queue.remove(batch.slice(5, 7));
  queue.release(batch);
  await queue.refresh();
  expect(queue.count()).toBe(13);
  const rest = await queue.read(limit);
  expect(numbers(rest)).toEqual([8, 9, 10]);
  // The chunk is one until all of it has arrived.
  expect(storage.size().count).toBe(20);
  await queue.remove(rest.slice(0, 2));
  await queue.remove(rest.slice(2));
  queue.release(rest);
  const last = await queue.read(limit);
  expect(numbers(last)).toEqual(range(11, 20));
  await queue.remove(last);
  queue.release(last);
  await queue.refresh();
  expect([storage.size().count, queue.count()]).toEqual([0, 0]);
});

it('a removal that the storage refuses leaves the events in the queue', async () => {
  const { queue, add, storage } = open();
  add(1, 3);
  const batch = await queue.read(limit);
  const remove = vi.spyOn(storage, 'remove').mockRejectedValueOnce(new Error('disk'));
  await expect(queue.remove(batch)).rejects.toThrow('disk');
  queue.release(batch);
  remove.mockRestore();
  await queue.refresh();
  expect(queue.count()).toBe(3);
  expect(numbers(await queue.read(limit))).toEqual([1, 2, 3]);
});

it('refuses what exceeds its bounds, and reports it until the report has arrived', () => {
  const { queue, add, onDropped } = open({ maxCount: 5 });
  add(1, 8);
  expect(onDropped.mock.calls).toEqual([1, 2, 3].map(() => ['queue_full', 1]));
  const dropped = queue.takeDropped();
  expect(dropped).toEqual({ queue_full: 3 });
  expect(queue.takeDropped()).toBeUndefined();
  queue.restoreDropped(dropped);
  queue.countDropped('delivery_refused', 2);
  expect(queue.takeDropped()).toEqual({ queue_full: 3, delivery_refused: 2 });
});

it('is bounded in bytes', () => {
  const { queue } = open({ maxBytes: 100 });
  const kept = Array.from({ length: 10 }, (_, n) => queue.add(json(n), 0));
  expect(kept.filter((added) => added === true)).toHaveLength(Math.floor(100 / json(1).length));
});

it('drops what waited too long, counted, and hands out the rest', async () => {
  let now = 10_000;
  const { queue, onDropped, storage } = open({ maxAge: 5000 }, () => now);
  void queue.add(json(1), now);
  void queue.add(json(2), now);
  now += 4000;
  void queue.add(json(3), now);
  now += 2000;
  const batch = await queue.read(limit);
  expect(numbers(batch)).toEqual([3]);
  expect(onDropped.mock.calls).toEqual([['event_expired', 2]]);
  await queue.remove(batch);
  queue.release(batch);
  await queue.refresh();
  expect([queue.count(), storage.size().count]).toEqual([0, 0]);
});

describe('parted by visitors', () => {
  const fill = (queue: ReturnType<typeof open>['queue'], from: number, to: number): void => {
    for (let n = from; n <= to; n++) void queue.add(json(n, `visitor-${n % 7}`), 1000);
  };

  it('gives a visitor to one batch at a time, and begins the next batch when all parts have arrived', async () => {
    const { queue } = open({ lanes: 3 });
    fill(queue, 1, 20);
    const parts = await Promise.all([1, 2, 3].map(() => queue.read(limit)));
    expect(parts.flatMap(numbers).sort((a, b) => a - b)).toEqual(range(1, 10));
    const visitors = parts.map((part) => new Set(numbers(part).map((n) => n % 7)));
    expect(visitors.reduce((sum, { size }) => sum + size, 0)).toBe(7);
    expect((await queue.read(limit)).length).toBe(0);

    const [late, ...others] = parts as [Batch, ...Batch[]];
    for (const part of others) {
      await queue.remove(part);
      queue.release(part);
    }
    expect((await queue.read(limit)).length).toBe(0);
    queue.release(late);
    expect(numbers(await queue.read(limit))).toEqual(numbers(late));
    expect((await queue.read(limit)).length).toBe(0);
    await queue.remove(late);
    queue.release(late);
    expect(Math.min(...numbers(await queue.read(limit)))).toBeGreaterThan(10);
  });
});
