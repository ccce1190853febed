import { expect, it, vi } from 'vitest';
import { createLifecycle, watchPage } from '../src/lifecycle.ts';

const hide = (state: DocumentVisibilityState): void => {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
};

it('tells of leaving on both events, of freezing on pagehide, of coming back', () => {
  const lifecycle = createLifecycle(() => {});
  const tasks = { leave: vi.fn(), freeze: vi.fn(), comeBack: vi.fn() };
  const calls = () => [tasks.leave, tasks.freeze, tasks.comeBack].map(({ mock }) => mock.calls.length);
  watchPage(window, lifecycle, tasks);
  hide('visible');
  expect(calls()).toEqual([0, 0, 0]);
  hide('hidden');
  expect(calls()).toEqual([1, 0, 0]);
  window.dispatchEvent(new Event('pagehide'));
  expect(calls()).toEqual([2, 1, 0]);
  window.dispatchEvent(new Event('pageshow'));
  expect(calls()).toEqual([2, 1, 0]);
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  window.dispatchEvent(new Event('online'));
  expect(calls()).toEqual([2, 1, 2]);
  lifecycle.close();
  window.dispatchEvent(new Event('online'));
  expect(calls()).toEqual([2, 1, 2]);
});

it('keeps what a listener throws away from the page', () => {
  const failed = vi.fn();
  const inPage = vi.fn();
  window.addEventListener('error', inPage);
  const { listen } = createLifecycle(failed);
  const error = new Error('ours');
  listen(window, 'x', () => {
    throw error;
  });
  window.dispatchEvent(new Event('x'));
  expect(failed.mock.calls).toEqual([[error]]);
  expect(inPage).not.toHaveBeenCalled();
});
