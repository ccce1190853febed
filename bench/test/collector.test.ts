import { expect, test } from 'vitest';
import { measureHistory } from '../collector/history.ts';
import { measureStopped } from '../collector/stopped.ts';
import { measureSync } from '../collector/sync.ts';

test('a warehouse that was stopped gets everything afterwards, each visitor in order', async () => {
  const stopped = await measureStopped(4000, 4);
  expect(stopped.rows).toBe(stopped.events);
  expect(stopped.rows).toBeGreaterThanOrEqual(4000);
  expect(stopped.outOfOrder).toBe(0);
  expect(stopped.memory.anonymous).toBeGreaterThan(0);
  expect(stopped.memory.resident).toBeGreaterThan(stopped.memory.anonymous);
});

test('the history is measured at each step', async () => {
  const seen: number[] = [];
  const steps = await measureHistory('version 4', [0, 60_000], ({ known }) => seen.push(known));
  expect(steps.map(({ known }) => known)).toEqual(seen);
  expect(seen[1]).toBeGreaterThanOrEqual(60_000);
  for (const { cpuPerEvent, bytesPerId } of steps) {
    expect(cpuPerEvent).toBeGreaterThan(0);
    expect(bytesPerId).toBeGreaterThan(16);
  }
});

test('the floor of the disk', () => {
  const { eventsPerSecond, p50, p99 } = measureSync(20, 2, 0.1);
  expect(eventsPerSecond).toBeGreaterThan(0);
  expect(p99).toBeGreaterThanOrEqual(p50);
});
