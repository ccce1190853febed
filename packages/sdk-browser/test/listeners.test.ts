import { expect, it, vi } from 'vitest';
import { createListeners } from '../src/listeners.ts';

it('tells those who listen, until they stop, whatever one of them throws', () => {
  const { on, tell } = createListeners(false);
  const first = vi.fn(() => {
    throw new Error('page');
  });
  const second = vi.fn();
  on('sent', first);
  const off = on('sent', second);
  on('error', second);
  tell('sent', 3);
  off();
  off();
  tell('sent', 4);
  expect([first.mock.calls, second.mock.calls]).toEqual([[[3], [4]], [[3]]]);
});

it('lets a listener remove itself while it is told', () => {
  const { on, tell } = createListeners(false);
  const heard = vi.fn();
  const off = on('sent', () => off());
  on('sent', heard);
  tell('sent', 1);
  expect(heard).toHaveBeenCalledTimes(1);
});
