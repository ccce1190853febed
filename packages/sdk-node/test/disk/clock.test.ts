import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { diskQueue } from '../../src/disk/index.ts';
import { createTracker, type Tracker } from '../../src/index.ts';
import { createTestCollector, type TestCollector } from '../../src/testing/index.ts';

/** A machine may be busy: the limit ends what hangs. */
const patience = { timeout: 60_000 };

const day = 86_400_000;
/** As clocks jump: put right after a flat battery, set back by hand, set to a year that is not. */
const jumps = [-3 * day, 5 * 365 * day, -40 * 365 * day, 0, 30 * 365 * day];

let folder: string;
let collector: TestCollector;
const open: Tracker[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nitka-clock-'));
  collector = createTestCollector();
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const tracker of open.splice(0)) await tracker.close({ timeout: 0 });
  await rm(folder, { recursive: true, force: true });
});

const realNow = Date.now.bind(Date);
const jump = (by: number): void => void vi.spyOn(Date, 'now').mockImplementation(() => realNow() + by);

const start = (): Tracker => {
  const { writeKey, endpoint, fetch } = collector;
  const tracker = createTracker({
    ...{ writeKey, endpoint, fetch, shutdown: false, flushInterval: 5, backoffBase: 5, backoffCap: 20 },
    queue: diskQueue({ folder }),
  });
  tracker.on('error', () => {});
  open.push(tracker);
  return tracker;
};

const sell = async (tracker: Tracker, name: string): Promise<void> => {
  await tracker.track({ event: name, userId: 'u' }).stored();
};

it('sends all and in order although the clock jumps while events are stored, sent and wait for a retry', async () => {
  const tracker = start();
  const names: string[] = [];
  for (const [index, by] of jumps.entries()) {
    // Every other time the collector is away, so that the jump falls into a back-off.
    collector.answer(index % 2 === 0 ? () => ({ status: 503 }) : undefined);
    for (const moment of ['before', 'after']) {
      if (moment === 'after') jump(by);
      for (let n = 0; n < 5; n++) {
        names.push(`${index}-${moment}-${n}`);
        await sell(tracker, names.at(-1)!);
      }
    }
  }
  collector.answer();
  // By its own timer: a back-off that counted by the clock would wait for years.
  await collector.arrived(names.length, patience);
  expect(collector.events.map(({ event }) => event)).toEqual(names);
  expect(collector.duplicates()).toEqual([]);
});

it('waits as long as the collector asks, whatever the clock says meanwhile', async () => {
  const tracker = start();
  collector.answer(() => ({ status: 503, headers: { 'retry-after': '1' } }));
  await sell(tracker, 'asked to wait');
  await tracker.flush();
  collector.answer();
  jump(-365 * day);
  await collector.arrived(1, patience);
});

it('hands over between two programs although the clock jumps, and after a start in another year', async () => {
  const [first, second] = [start(), start()];
  for (const by of jumps) {
    jump(by);
    await sell(first, `first ${by}`);
    await sell(second, `second ${by}`);
    await Promise.all([first.flush(), second.flush()]);
  }
  expect(collector.events).toHaveLength(2 * jumps.length);
  await sell(first, 'left behind');
  await Promise.all([first.close({ timeout: 0 }), second.close({ timeout: 0 })]);
  jump(-20 * 365 * day);
  expect(await start().flush()).toEqual({ pending: 0 });
  expect(new Set(collector.events.map(({ messageId }) => messageId)).size).toBe(2 * jumps.length + 1);
});
