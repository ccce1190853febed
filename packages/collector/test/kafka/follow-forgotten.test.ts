import { expect, it, onTestFinished, vi } from 'vitest';
import { followForgotten } from '../../src/kafka/follow-forgotten.ts';

it('reads the list at once and then each second, tells of the first failure in a row, and stops', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const fails = [false, true, true, false, true];
  let reads = 0;
  const told: string[] = [];
  const following = await followForgotten(
    {
      refresh: async () => {
        const failing = fails[reads];
        reads += 1;
        if (failing) throw new Error(`read ${reads}`);
      },
    },
    (error) => told.push((error as Error).message),
    () => told.push('retry'),
  );
  expect(reads).toBe(1);
  await vi.advanceTimersByTimeAsync(4000);
  expect(reads).toBe(5);
  expect(told).toEqual(['read 2', 'retry', 'retry', 'read 5', 'retry']);
  await following.stop();
  await vi.advanceTimersByTimeAsync(4000);
  expect(reads).toBe(5);
});
