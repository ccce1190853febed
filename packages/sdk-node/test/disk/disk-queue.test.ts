import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { diskQueue } from '../../src/disk/index.ts';
import { createTracker, type Tracker, type TrackerOptions } from '../../src/index.ts';
import { createTestCollector, type TestCollector } from '../../src/testing/index.ts';

/** A machine may be busy: the limit ends what hangs. */
const patience = { timeout: 60_000 };

const cleaning: (() => Promise<unknown>)[] = [];

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'nitka-disk-'));
  cleaning.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const start = (
  folder: string,
  collector: TestCollector,
  { maxBytes, ...options }: Partial<TrackerOptions> & { maxBytes?: number } = {},
): Tracker => {
  const tracker = createTracker({
    writeKey: collector.writeKey,
    endpoint: collector.endpoint,
    fetch: collector.fetch,
    queue: diskQueue({ folder, ...(maxBytes && { maxBytes }) }),
    shutdown: false,
    backoffBase: 5,
    backoffCap: 20,
    ...options,
  });
  cleaning.unshift(() => tracker.close({ timeout: 0 }));
  return tracker;
};

const down = () => ({ status: 503 });

afterEach(async () => {
  for (const clean of cleaning.splice(0)) await clean();
});

it('keeps events for the next process, which sends them in order', async () => {
  const folder = await newFolder();
  const collector = createTestCollector();
  collector.answer(down);
  const first = start(folder, collector);
  const calls = Array.from({ length: 500 }, (_, n) => first.track({ event: `e${n}`, userId: 'u' }));
  await Promise.all(calls.map((call) => call.stored()));
  expect(await first.close()).toEqual({ pending: 500 });

  collector.answer();
  const second = start(folder, collector);
  expect(await second.flush()).toEqual({ pending: 0 });
  expect(collector.events.map((event) => event.event)).toEqual(calls.map((_, n) => `e${n}`));
  await second.close();

  const third = start(folder, collector);
  expect(await third.flush()).toEqual({ pending: 0 });
  expect(collector.events).toHaveLength(500);
});

it('takes little more room than the events', async () => {
  const folder = await newFolder();
  const { storage } = diskQueue({ folder });
  const json = JSON.stringify({ text: 'x'.repeat(989) });
  await Promise.all(Array.from({ length: 4000 }, async () => storage.append(json, 0)));
  await storage.close?.();
  expect((await stat(join(folder, 'queue.mdb'))).size / 4_000_000).toBeLessThan(1.5);
});

it('sends by itself what it finds', async () => {
  const folder = await newFolder();
  const collector = createTestCollector();
  collector.answer(down);
  const first = start(folder, collector);
  await first.track({ event: 'x', userId: 'u' }).stored();
  await first.close();
  collector.answer();
  start(folder, collector, { flushInterval: 1 });
  await collector.arrived(1, patience);
});

it('refuses what exceeds the bytes, keeps the rest, and takes events again when there is room', async () => {
  const folder = await newFolder();
  const collector = createTestCollector();
  collector.answer(down);
  const tracker = start(folder, collector, { maxBytes: 20_000 });
  const errors: string[] = [];
  tracker.on('error', (error) => errors.push(error.code));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 100 }, (_, n) =>
      tracker.track({ event: 'x', userId: `u${n}`, properties: { text: 'y'.repeat(300) } }).stored(),
    ),
  );
  const kept = outcomes.filter(({ status }) => status === 'fulfilled').length;
  expect(kept).toBeGreaterThan(30);
  expect(kept).toBeLessThan(60);
  expect(errors).toContain('queue_full');
  expect(tracker.stats()).toMatchObject({ pending: kept, dropped: { queue_full: 100 - kept } });
  collector.answer();
  await tracker.flush();
  await tracker.track({ event: 'x', userId: 'later' }).stored();
  await tracker.flush();
  expect(collector.events).toHaveLength(kept + 1);
});

it('shares a folder: two trackers add, and each event is sent once', async () => {
  const folder = await newFolder();
  const collector = createTestCollector();
  const trackers = [start(folder, collector), start(folder, collector)];
  await Promise.all(
    trackers.flatMap((tracker, t) =>
      Array.from({ length: 300 }, (_, n) => tracker.track({ event: `${t}-${n}`, userId: 'u' }).stored()),
    ),
  );
  await Promise.all(trackers.map((tracker) => tracker.flush()));
  await collector.arrived(600, patience);
  expect(collector.duplicates()).toEqual([]);
  for (const t of [0, 1]) {
    const own = collector.events.map((event) => event.event!).filter((name) => name.startsWith(`${t}-`));
    expect(own).toEqual(Array.from({ length: 300 }, (_, n) => `${t}-${n}`));
  }
});

it('answers with a coded error when the folder cannot be used', async () => {
  const collector = createTestCollector();
  const tracker = start('/dev/null/queue', collector);
  const errors: string[] = [];
  tracker.on('error', (error) => errors.push(`${error.code}: ${error.detail}`));
  await expect(tracker.track({ event: 'x', userId: 'u' }).stored()).rejects.toMatchObject({
    code: 'storage_failed',
  });
  expect(
    errors.some((text) => text.startsWith('storage_failed: the queue in /dev/null/queue cannot be opened')),
  ).toBe(true);
});

it('writes at exit what is not safe yet, and brings it in once at the next start', async () => {
  const folder = await newFolder();
  const collector = createTestCollector();
  collector.answer(down);
  const queue = diskQueue({ folder });
  const tracker = start(folder, collector, { queue });
  await tracker.track({ event: 'before', userId: 'u' }).stored();
  const calls = Array.from({ length: 20 }, (_, n) => tracker.track({ event: `e${n}`, userId: 'u' }));
  queue.saveNow?.();
  expect((await readdir(folder)).filter((name) => name.startsWith('exit-'))).toHaveLength(1);
  // Here the process goes on, so the same events reach the disk the usual way too.
  await Promise.all(calls.map((call) => call.stored()));
  await tracker.close();

  collector.answer();
  const next = start(folder, collector);
  await next.flush();
  expect(collector.events.map((event) => event.event)).toEqual(['before', ...calls.map((_, n) => `e${n}`)]);
  expect((await readdir(folder)).filter((name) => name.startsWith('exit-'))).toEqual([]);
});
