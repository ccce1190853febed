import { expect, it, vi, onTestFinished } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { createPause } from '../src/pause.ts';

const createWatched = () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const pause = createPause(systemClock);
  const begin = (milliseconds: number) => {
    const state = { over: false };
    void pause.wait(milliseconds).then(() => (state.over = true));
    return state;
  };
  return { pause, begin };
};

it('lasts for as long as it is to', async () => {
  const { begin } = createWatched();
  const state = begin(100);
  await vi.advanceTimersByTimeAsync(99);
  expect(state.over).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(state.over).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

it('ends early when it is told to, and the next one lasts again', async () => {
  const { pause, begin } = createWatched();
  const first = begin(100);
  pause.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(first.over).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
  const second = begin(100);
  await vi.advanceTimersByTimeAsync(50);
  expect(second.over).toBe(false);
});

it('is none any more once all are ended', async () => {
  const { pause, begin } = createWatched();
  pause.end();
  const first = begin(100);
  pause.endAll();
  const second = begin(100);
  await vi.advanceTimersByTimeAsync(0);
  expect([first.over, second.over]).toEqual([true, true]);
  expect(vi.getTimerCount()).toBe(0);
});
