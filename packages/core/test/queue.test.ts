import { describe, expect, it, vi } from 'vitest';
import { createMemoryStorage } from '../src/memory-storage.ts';
import type { QueueStorage } from '../src/ports.ts';
import { createQueue, type Queue, type QueueOptions } from '../src/queue.ts';
import { createFakeClock } from './fakes.ts';

const everything = { count: 1000, bytes: 1_000_000 };

const open = (options: Partial<QueueOptions> = {}, storage: QueueStorage = createMemoryStorage()) => {
  const clock = createFakeClock();
  const onDropped = vi.fn();
  const queue: Queue = createQueue(
    { storage, clock, onDropped },
    { maxCount: 100, maxBytes: 10_000, maxAge: 0, ...options },
  );
  return { queue, clock, onDropped, storage };
};

describe('bounds', () => {
  it('refuses the event past the count and says so once for each', () => {
    const { queue, onDropped } = open({ maxCount: 2 });
    expect([queue.add('{"a":1}'), queue.add('{"a":2}'), queue.add('{"a":3}'), queue.add('{"a":4}')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(queue.count()).toBe(2);
    expect(onDropped.mock.calls).toEqual([
      ['queue_full', 1],
      ['queue_full', 1],
    ]);
    expect(queue.takeDropped()).toEqual({ queue_full: 2 });
    expect(queue.takeDropped()).toBeUndefined();
  });

  it('counts bytes of UTF-8, not characters', () => {
    const { queue } = open({ maxBytes: 20 });
    expect(queue.add('"привет"')).toBe(true);
    expect(queue.bytes()).toBe(14);
    expect(queue.add('"привет"')).toBe(false);
    expect(queue.add('"ok"')).toBe(true);
  });

  it('has room again once records are removed', async () => {
    const { queue } = open({ maxCount: 1 });
    await queue.add('{}');
    await queue.remove(await queue.read(everything));
    expect(queue.count()).toBe(0);
    expect(queue.bytes()).toBe(0);
    expect(queue.add('{}')).toBe(true);
  });

  it('holds its bounds for calls that wait for a slow storage together', async () => {
    const memory = createMemoryStorage();
    const slow: QueueStorage = { ...memory, append: async (...args) => memory.append(...args) };
    const { queue } = open({ maxCount: 2 }, slow);
    expect(await Promise.all([queue.add('1'), queue.add('2'), queue.add('3')])).toEqual([true, true, false]);
  });
});

it('removes events that waited too long, counts them, and reads on', async () => {
  const { queue, clock, onDropped } = open({ maxAge: 1000 });
  void queue.add('"old"');
  void queue.add('"old too"');
  await clock.advance(1001);
  void queue.add('"new"');
  expect((await queue.read({ count: 2, bytes: 1000 })).map((record) => record.json)).toEqual(['"new"']);
  expect(onDropped).toHaveBeenCalledWith('event_expired', 2);
  expect(queue.count()).toBe(1);
});

it('gives the room back when the storage cannot keep an event', async () => {
  const failing: QueueStorage = {
    ...createMemoryStorage(),
    append: () => {
      throw new Error('quota');
    },
  };
  const { queue } = open({ maxCount: 1 }, failing);
  expect(() => queue.add('{}')).toThrow('quota');
  expect(queue.count()).toBe(0);
  const rejecting: QueueStorage = {
    ...createMemoryStorage(),
    append: () => Promise.reject(new Error('disk')),
  };
  const other = open({ maxCount: 1 }, rejecting).queue;
  await expect(other.add('{}')).rejects.toThrow('disk');
  expect(other.count()).toBe(0);
});

it('sees after a refresh what another tab has stored', async () => {
  const { queue, storage } = open();
  await storage.append('{}', 2, 0);
  expect(queue.count()).toBe(0);
  await queue.refresh();
  expect(queue.count()).toBe(1);
  expect(queue.bytes()).toBe(2);
});

it('adds up dropped counts that did not arrive', () => {
  const { queue } = open();
  queue.countDropped('queue_full', 2);
  const taken = queue.takeDropped();
  queue.countDropped('queue_full');
  queue.countDropped('event_expired', 5);
  queue.restoreDropped(taken);
  expect(queue.takeDropped()).toEqual({ queue_full: 3, event_expired: 5 });
});
