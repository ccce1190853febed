import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, expect, it } from 'vitest';
import { diskQueue } from '../../src/disk/index.ts';
import { shareEnvironment } from '../../src/disk/shared-environment.ts';
import { createTracker } from '../../src/index.ts';
import { createTestCollector } from '../../src/testing/index.ts';

/** A machine may be busy: the limit ends what hangs. */
const patience = { timeout: 60_000 };

const start = async (options: { readonly flushInterval?: number } = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'nitka-commits-'));
  const collector = createTestCollector();
  const { writeKey, endpoint, fetch } = collector;
  const tracker = createTracker({
    ...{ writeKey, endpoint, fetch, shutdown: false, flushInterval: 1 },
    ...options,
    queue: diskQueue({ folder }),
  });
  await tracker.track({ event: 'opened', userId: 'u' }).stored();
  await tracker.flush();
  const environment = await shareEnvironment(folder);
  onTestFinished(async () => {
    await environment.close();
    await tracker.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { folder, tracker, collector, commits: environment.commits };
};

it('costs one flushed transaction a receipt: sending and removing cost none of their own', async () => {
  const { tracker, collector, commits } = await start();
  const before = commits();
  for (let n = 0; n < 50; n++) {
    await tracker.track({ event: `sale ${n}`, userId: 'u' }).stored();
    await collector.arrived(n + 2, patience);
  }
  expect(commits() - before).toBe(50);
  // What has arrived is removed before the queue is left to others.
  await tracker.flush();
  expect(commits() - before).toBe(51);
  expect(tracker.stats().pending).toBe(0);
  expect(collector.duplicates()).toEqual([]);
});

it('stores the calls of a moment together', async () => {
  const { tracker, commits } = await start({ flushInterval: 60_000 });
  const before = commits();
  await Promise.all(
    Array.from({ length: 400 }, (_, n) => tracker.track({ event: `e${n}`, userId: 'u' }).stored()),
  );
  expect(commits() - before).toBe(1);
});

it('gives way to another process that wants to send, and nothing is sent twice', async () => {
  const { folder, tracker, collector } = await start();
  await tracker.track({ event: 'mine', userId: 'u' }).stored();
  await collector.arrived(2, patience);
  // The first still holds the lease, with an arrived event on the disk.
  const { writeKey, endpoint, fetch } = collector;
  const other = createTracker({
    ...{ writeKey, endpoint, fetch, shutdown: false },
    queue: diskQueue({ folder }),
  });
  await other.track({ event: 'other', userId: 'u' }).stored();
  expect(await other.close(patience)).toEqual({ pending: 0 });
  expect(collector.events.map(({ event }) => event)).toEqual(['opened', 'mine', 'other']);
  expect(collector.duplicates()).toEqual([]);
});
