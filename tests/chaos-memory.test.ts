import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { growthOf, readSamples, trendOf } from '../scripts/chaos/requests/memory.ts';

const series = (length: number, at: (index: number) => number) =>
  Array.from({ length }, (_, index) => ({ heap: at(index), resident: 200 }));

it('takes no peak and no warming up for growth', () => {
  expect(growthOf(series(100, (index) => 80 + (index % 7) * 3))).toBeNull();
  expect(growthOf(series(100, (index) => (index === 80 ? 400 : 80)))).toBeNull();
  expect(growthOf(series(100, (index) => Math.min(20 + index * 4, 80)))).toBeNull();
});

it('sees a heap that grows a little with each request, and not before there is enough to tell', () => {
  expect(growthOf(series(100, (index) => 80 + index * 0.4 + (index % 5)))).toMatch(
    /^memory \(heap\) rose by/,
  );
  expect(growthOf(series(20, (index) => 80 + index * 5))).toBeNull();
  expect(
    growthOf(series(100, () => 80).map(({ heap }, index) => ({ heap, resident: 200 + index }))),
  ).toBeNull();
  expect(
    growthOf(series(100, () => 80).map(({ heap }, index) => ({ heap, resident: 200 + 2 * index }))),
  ).toMatch(/resident/);
});

it('draws the line through the second half', () => {
  const { end, rise } = trendOf([9, 9, 9, 9, 9, 1, 2, 3, 4, 5]);
  expect([end, rise]).toEqual([5, 4]);
});

it('adds up the threads of a sample', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nitka-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'samples');
  expect(readSamples(file)).toEqual([]);
  const megabyte = 2 ** 20;
  const line = (sample: number, threadId: number, rss: number): string =>
    `${JSON.stringify({ sample, threadId, heapUsed: 30 * megabyte, external: 10 * megabyte, rss })}\n`;
  writeFileSync(file, line(2, 0, megabyte) + line(1, 0, megabyte) + line(2, 1, 0) + '{"cut');
  expect(readSamples(file)).toEqual([
    { heap: 40, resident: 1 },
    { heap: 80, resident: 1 },
  ]);
});
