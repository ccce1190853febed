import { afterEach, expect, it, vi } from 'vitest';
import type { Closable } from '../src/platform.ts';

const tracker = (): Closable => ({
  flush: async () => {},
  close: async () => {},
  saveNow() {},
  atRisk: () => 0,
});

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

it('listens once, however many copies of the module a program has: two would take each other for the host', async () => {
  const before = process.listenerCount('SIGTERM');
  for (let copy = 0; copy < 3; copy++) {
    vi.resetModules();
    const { watchExit } = await import('../src/shutdown.ts');
    stops.push(watchExit(tracker()));
  }
  expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  for (const stop of stops.splice(0)) stop();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
