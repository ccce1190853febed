import { expect, test } from 'vitest';
import { measureBacklog } from '../pipeline/backlog.ts';
import { measureGrowth } from '../pipeline/growth.ts';

test('what waited for a stopped warehouse is in it once and in order, with the memory meanwhile', async () => {
  const told: number[] = [];
  const backlog = await measureBacklog(4000, 4, ({ waiting }) => told.push(waiting));
  expect(backlog).toMatchObject({ rows: backlog.events, ids: backlog.events, outOfOrder: 0 });
  expect(backlog.events).toBeGreaterThanOrEqual(4000);
  expect(told).toEqual(backlog.samples.map(({ waiting }) => waiting));
  expect(Math.max(...told)).toBe(backlog.events);
  expect(backlog.samples.at(-1)?.waiting).toBe(0);
  for (const { anonymous, mapped } of backlog.samples) expect(Math.min(anonymous, mapped)).toBeGreaterThan(0);
});

test('a growing table is measured at each step', async () => {
  const steps = await measureGrowth({ label: 'DuckDB', config: { type: 'duckdb' } }, [0, 60_000]);
  expect(steps.map(({ rows }) => rows)).toEqual([0, 60_000]);
  for (const { milliseconds, cpuPerRow } of steps)
    expect(Math.min(milliseconds, cpuPerRow)).toBeGreaterThan(0);
});
