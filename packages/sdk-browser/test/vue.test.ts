import { beforeEach, expect, it, vi } from 'vitest';
import { createApp, defineComponent, h, nextTick, reactive, type Component } from 'vue';
import type { Tracker } from '../src/api.ts';
import { createInertTracker } from '../src/inert.ts';
import { createComposables } from '../src/vue.ts';
import { usePage } from './page.ts';

const page = usePage();
let tracker: Tracker;

const mount = (setup: () => void): (() => void) => {
  const component: Component = defineComponent({
    setup() {
      setup();
      return () => h('i');
    },
  });
  const app = createApp(component);
  app.mount(document.createElement('div'));
  return () => app.unmount();
};

beforeEach(() => {
  tracker = { ...createInertTracker(), track: vi.fn(), identify: vi.fn(), reset: vi.fn() };
});

it('sends when mounted, and when what is sent has changed', async () => {
  const { useTrack } = createComposables(tracker);
  const state = reactive({ ready: false, sku: 'A-1', other: 0 });
  const unmount = mount(() =>
    useTrack(
      () => state.ready && 'Product Viewed',
      () => ({ sku: state.sku, seen: state.other > 9 }),
    ),
  );
  expect(tracker.track).not.toHaveBeenCalled();
  state.ready = true;
  await nextTick();
  expect(tracker.track).toHaveBeenCalledWith('Product Viewed', { sku: 'A-1', seen: false }, undefined);
  state.other = 5;
  await nextTick();
  expect(tracker.track).toHaveBeenCalledTimes(1);
  state.sku = 'B-2';
  await nextTick();
  expect(tracker.track).toHaveBeenCalledTimes(2);
  unmount();
  state.sku = 'C-3';
  await nextTick();
  expect(tracker.track).toHaveBeenCalledTimes(2);
});

it('follows login and logout', async () => {
  const { useUser } = createComposables(tracker);
  const state = reactive<{ user: string | null | undefined }>({ user: undefined });
  mount(() =>
    useUser(
      () => state.user,
      () => ({ plan: 'pro' }),
    ),
  );
  state.user = null;
  await nextTick();
  expect(tracker.reset).not.toHaveBeenCalled();
  state.user = 'u-1';
  await nextTick();
  expect(tracker.identify).toHaveBeenCalledWith('u-1', { plan: 'pro' });
  state.user = null;
  await nextTick();
  expect(tracker.reset).toHaveBeenCalledTimes(1);
});

it('sends through a real tracker, with plain values', async () => {
  const real = page.open();
  const { useTrack } = createComposables(real);
  mount(() => useTrack('Product Viewed', { sku: 'A-1' }));
  expect(await page.flushed(real)).toMatchObject([{ event: 'Product Viewed', properties: { sku: 'A-1' } }]);
});
