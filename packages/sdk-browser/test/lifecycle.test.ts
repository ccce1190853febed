import { expect, it, vi } from 'vitest';
import { createLifecycle, watchPage } from '../src/lifecycle.ts';

const see = (isHidden: boolean): void => {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(isHidden);
  document.dispatchEvent(new Event('visibilitychange'));
};

it('tells of leaving on both events, of freezing on pagehide, of coming back', () => {
  const lifecycle = createLifecycle((task) => task);
  const tasks = { leave: vi.fn(), freeze: vi.fn(), comeBack: vi.fn() };
  const calls = () => [tasks.leave, tasks.freeze, tasks.comeBack].map(({ mock }) => mock.calls.length);
  watchPage(window, lifecycle.listen, tasks);
  see(true);
  expect(calls()).toEqual([1, 0, 0]);
  see(false);
  expect(calls()).toEqual([1, 0, 1]);
  window.dispatchEvent(new Event('pagehide'));
  expect(calls()).toEqual([2, 1, 1]);
  window.dispatchEvent(new Event('pageshow'));
  expect(calls()).toEqual([2, 1, 1]);
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  window.dispatchEvent(new Event('online'));
  expect(calls()).toEqual([2, 1, 3]);
  lifecycle.close();
  window.dispatchEvent(new Event('online'));
  expect(calls()).toEqual([2, 1, 3]);
});

it('guards what a listener throws', () => {
  const guard = vi.fn(() => guarded);
  const [guarded, listener] = [vi.fn(), vi.fn()];
  createLifecycle(guard).listen(window, 'x', listener);
  window.dispatchEvent(new Event('x'));
  expect(guard.mock.calls).toEqual([[listener]]);
  expect(guarded).toHaveBeenCalledTimes(1);
  expect(listener).not.toHaveBeenCalled();
});
