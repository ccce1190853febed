import type { FunctionComponent } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Tracker } from '../src/api.ts';
import { createInertTracker } from '../src/inert.ts';
import { usePage } from './page.ts';
import { loadReact, type ReactParts } from './react-versions.ts';

const page = usePage();

describe.each([18, 19] as const)('React %i', (version) => {
  let parts: ReactParts;
  let tracker: Tracker;
  let unmount: () => void;
  let draw: (props: object) => void;

  /** Draws a component in StrictMode, which in development runs renders and effects twice. */
  const show = <Props extends object>(component: FunctionComponent<Props>, props: Props): void => {
    const { React, createRoot } = parts;
    const root = createRoot(document.body.appendChild(document.createElement('div')));
    draw = (next) =>
      React.act(() =>
        root.render(
          React.createElement(React.StrictMode, null, React.createElement(component, next as Props)),
        ),
      );
    unmount = () => React.act(() => root.unmount());
    draw(props);
  };

  beforeEach(async () => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    parts = await loadReact(version);
    expect(parts.React.version).toMatch(new RegExp(`^${version}\\.`));
    tracker = { ...createInertTracker(), track: vi.fn(), identify: vi.fn(), reset: vi.fn() };
  });
  afterEach(() => {
    unmount();
    document.body.replaceChildren();
    vi.doUnmock('react');
  });

  it('runs effects twice in StrictMode, and sends once', () => {
    let effects = 0;
    const { useTrack } = parts.createHooks(tracker);
    show(
      ({ sku }: { sku: string }) => {
        parts.React.useEffect(() => void effects++);
        useTrack('Product Viewed', { sku, tags: ['a'] }, { place: 'list' });
        return null;
      },
      { sku: 'A-1' },
    );
    expect(effects).toBe(2);
    expect(tracker.track).toHaveBeenCalledTimes(1);
    expect(tracker.track).toHaveBeenCalledWith(
      'Product Viewed',
      { sku: 'A-1', tags: ['a'] },
      { place: 'list' },
    );
    draw({ sku: 'A-1' });
    expect(tracker.track).toHaveBeenCalledTimes(1);
    draw({ sku: 'B-2' });
    expect(tracker.track).toHaveBeenCalledTimes(2);
  });

  it('waits for a name, and draws what cannot be sent', () => {
    const { useTrack } = parts.createHooks(tracker);
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    show(
      ({ ready }: { ready: boolean }) => {
        useTrack(ready && 'Shown', circle);
        return null;
      },
      { ready: false },
    );
    expect(tracker.track).not.toHaveBeenCalled();
    draw({ ready: true });
    expect(tracker.track).toHaveBeenCalledTimes(1);
  });

  it('follows login and logout', () => {
    const { useUser } = parts.createHooks(tracker);
    show(
      ({ user }: { user: string | null | undefined }) => {
        useUser(user, { plan: 'pro' });
        return null;
      },
      { user: undefined },
    );
    draw({ user: null });
    expect(tracker.reset).not.toHaveBeenCalled();
    draw({ user: 'u-1' });
    draw({ user: 'u-1' });
    expect(tracker.identify).toHaveBeenCalledTimes(1);
    expect(tracker.identify).toHaveBeenCalledWith('u-1', { plan: 'pro' });
    draw({ user: null });
    expect(tracker.reset).toHaveBeenCalledTimes(1);
  });

  it('a tracker made by a component drawn twice, and by a module loaded anew, is one: a plugin starts once', async () => {
    const started = vi.fn();
    const options = { writeKey: `strict-${version}`, endpoint: 'https://t.shop.example', plugins: [started] };
    const made = new Set<unknown>();
    const { createTracker } = await import('../src/create-tracker.ts');
    show(() => {
      made.add(createTracker(options));
      return null;
    }, {});
    // What a development server does when the file that makes the tracker was edited.
    vi.resetModules();
    const reloaded = await import('../src/create-tracker.ts');
    expect(reloaded.createTracker).not.toBe(createTracker);
    made.add(reloaded.createTracker(options));
    expect(made.size).toBe(1);
    expect(started).toHaveBeenCalledTimes(1);
    createTracker(options).close();
  });

  it('a server draws, and sends nothing', () => {
    const { useTrack, useUser } = parts.createHooks(tracker);
    const element = parts.React.createElement(() => {
      useTrack('Product Viewed');
      useUser('u-1');
      return 'drawn';
    });
    expect(parts.renderToString(element)).toBe('drawn');
    expect(tracker.track).not.toHaveBeenCalled();
    expect(tracker.identify).not.toHaveBeenCalled();
    show(() => null, {});
  });

  it('sends through a real tracker', async () => {
    const real = page.open();
    const { useTrack } = parts.createHooks(real);
    show(() => {
      useTrack('Product Viewed', { sku: 'A-1' });
      return null;
    }, {});
    expect(await page.flushed(real)).toMatchObject([{ event: 'Product Viewed', properties: { sku: 'A-1' } }]);
  });
});
