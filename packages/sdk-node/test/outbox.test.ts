import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { diskQueue } from '../src/disk/index.ts';
import { createTracker, memoryQueue, type Tracker, type TrackerOptions } from '../src/index.ts';
import { createTestCollector, type TestCollector } from '../src/testing/index.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  Reflect.deleteProperty(Object.prototype, 'polluted');
  await Promise.all(closing.splice(0).map((close) => close()));
});

const start = (options: Partial<TrackerOptions> = {}): { tracker: Tracker; collector: TestCollector } => {
  const collector = createTestCollector();
  const { writeKey, endpoint, fetch } = collector;
  const tracker = createTracker({
    writeKey,
    endpoint,
    fetch,
    shutdown: false,
    backoffBase: 5,
    backoffCap: 20,
    ...options,
  });
  closing.push(() => tracker.close({ timeout: 0 }));
  return { tracker, collector };
};

it('tells those who wait for an event that it has expired, and those who wait for room that there is some', async () => {
  const queue = memoryQueue({ maxEvents: 4 });
  const { tracker, collector } = start({ maxAge: 20, queue });
  tracker.on('error', () => {});
  collector.answer(() => ({ status: 503 }));
  const calls = Array.from({ length: 4 }, () => tracker.track({ userId: '1', event: 'x' }).delivered());
  const outcomes = Promise.allSettled(calls);
  const drained = tracker.drained();
  await wait(40);
  while ((await tracker.flush()).pending > 0) await wait(5);
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'event_expired' } });
  }
  expect(await drained).toBe(true);
});

it.each([Infinity, 1e12])('waits for an answer for %d milliseconds when told to', async (timeout) => {
  const { tracker, collector } = start();
  collector.answer(async () => {
    await wait(100);
    return { status: 200 };
  });
  tracker.track({ userId: '1', event: 'x' });
  expect(await tracker.flush({ timeout })).toEqual({ pending: 0 });
  tracker.track({ userId: '1', event: 'y' });
  expect(await tracker.close({ timeout })).toEqual({ pending: 0 });
});

it('ends a request that is under way when it is closed', async () => {
  let aborted: AbortSignal | null | undefined;
  const { tracker } = start({
    fetch: (_url, init) => {
      aborted = init?.signal;
      return new Promise((_resolve, reject) =>
        aborted?.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    },
  });
  const errors: string[] = [];
  tracker.on('error', (error) => errors.push(error.code));
  tracker.track({ userId: '1', event: 'x' });
  expect(await tracker.close({ timeout: 20 })).toEqual({ pending: 1 });
  expect(aborted?.aborted).toBe(true);
  expect(errors).toEqual([]);
});

it('survives a listener whose promise rejects', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const { tracker } = start();
  // oxlint-disable-next-line typescript/no-misused-promises -- a host may
  tracker.on('sent', async () => {
    await Promise.resolve();
    throw new Error('host');
  });
  tracker.track({ userId: '1', event: 'x' });
  await tracker.flush();
  await wait(1);
  expect(warn).toHaveBeenCalledWith('nitka: A listener of the tracker threw: host');
});

it('does not count as waiting what could not be stored', async () => {
  const folder = `${fileURLToPath(import.meta.url)}/no-folder`;
  const { tracker } = start({ queue: diskQueue({ folder }) });
  tracker.on('error', () => {});
  const { stored } = tracker.track({ userId: '1', event: 'x' });
  await expect(stored()).rejects.toMatchObject({ code: 'storage_failed' });
  expect(await tracker.close()).toEqual({ pending: 0 });
  expect(tracker.stats()).toMatchObject({ pending: 0, dropped: { storage_failed: 1 } });
});

it('counts what was dropped, and not what a host has added to every object', async () => {
  const { tracker, collector } = start({ queue: memoryQueue({ maxEvents: 1 }), flushAt: 1000 });
  tracker.on('dropped', () => {});
  tracker.on('error', () => {});
  for (let n = 0; n < 3; n++) tracker.track({ userId: '1', event: 'x' });
  // oxlint-disable-next-line no-extend-native -- a host may
  Object.defineProperty(Object.prototype, 'polluted', {
    value: () => 1,
    enumerable: true,
    writable: true,
    configurable: true,
  });
  collector.answer(() => ({ status: 503 }));
  await tracker.flush();
  collector.answer();
  await tracker.flush();
  Reflect.deleteProperty(Object.prototype, 'polluted');
  expect((collector.requests.at(-1)?.body as { dropped: unknown }).dropped).toEqual({ queue_full: 2 });
});

it('names the events of a batch that the collector cannot use', async () => {
  const { tracker, collector } = start();
  tracker.on('error', () => {});
  const rejected = [{ messageId: 'b', code: 'message_id_reserved' }];
  collector.answer(() => ({ status: 200, body: { success: true, rejected } }));
  const seen: unknown[] = [];
  tracker.on('sent', (batch) => seen.push(batch.events, batch.rejected));
  tracker.track({ userId: '1', event: 'x', messageId: 'a' });
  tracker.track({ userId: '1', event: 'x', messageId: 'b' });
  await tracker.flush();
  expect(seen).toMatchObject([2, [{ messageId: 'b', error: { code: 'message_id_reserved' } }]]);
});
