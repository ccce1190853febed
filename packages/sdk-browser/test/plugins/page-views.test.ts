// @vitest-environment node
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PageViewsOptions } from '../../src/plugins/page-views.ts';
import { pageViews } from '../../src/plugins/page-views.ts';
import { patience } from '../fakes.ts';
import type { Page, PageOptions } from './harness.ts';
import { openPage, pause } from './harness.ts';

let page: Page;
afterEach(() => page.close());

/** What a plugin makes at its start comes in a microtask. */
const open = async (options: PageViewsOptions = {}, more: PageOptions = {}) => {
  page = openPage('', [pageViews({ settle: 30, ...options })], {
    ...more,
  });
  await Promise.resolve();
};
const views = () =>
  page.told
    .filter(({ type }) => type === 'page')
    .map(({ properties }) => {
      const { url, title, referrer } = properties as Record<string, string>;
      return [url!.replace('https://shop.example', ''), title, referrer?.replace('https://shop.example', '')];
    });
/** Until so many pages were told of, and a while longer for one too many. */
const seen = async (count: number) => {
  await vi.waitFor(() => expect(views().length).toBeGreaterThanOrEqual(count), patience);
  await pause(60);
};
const push = (url: string) => page.window.history.pushState(null, '', url);
const replace = (url: string) => page.window.history.replaceState(null, '', url);

test('the first page is told of at once', async () => {
  await open({}, { url: 'https://shop.example/goods?utm_source=x&email=a@b.ru#top' });
  expect(views()).toEqual([['/goods?utm_source=x', 'Home', undefined]]);
});

describe('single-page apps by history', () => {
  test('a page waits for its title, and knows where the visitor came from', async () => {
    await open();
    push('/cart');
    await pause(5);
    expect(views()).toHaveLength(1);
    page.document.title = 'Cart';
    await seen(2);
    expect(views()).toEqual([
      ['/', 'Home', undefined],
      ['/cart', 'Cart', '/'],
    ]);
  });

  test('a title that never changes is not waited for longer than the limit', async () => {
    await open();
    push('/cart');
    await seen(2);
    expect(views()[1]).toEqual(['/cart', 'Home', '/']);
  });

  test('going on before the title came tells of both pages, in order', async () => {
    await open();
    push('/a');
    await pause();
    push('/b');
    await seen(3);
    expect(views().map(([url]) => url)).toEqual(['/', '/a', '/b']);
  });

  test('a redirect before the page was told of gives one page', async () => {
    await open();
    push('/login');
    await pause();
    replace('/account');
    await seen(2);
    expect(views().map(([url]) => url)).toEqual(['/', '/account']);
  });

  test('the same address replaced twice, or pushed again, is no other page', async () => {
    await open();
    replace('/');
    replace('/');
    push('/');
    await pause(60);
    expect(views()).toHaveLength(1);
  });

  test('a filter that writes itself into the query by replacing is no other page; by pushing it is', async () => {
    await open();
    replace('/?sort=price');
    await pause(60);
    expect(views()).toHaveLength(1);
    push('/?page=2');
    await seen(2);
    expect(views()[1]).toEqual(['/?page=2', 'Home', '/?sort=price']);
  });

  test('back is a page', async () => {
    await open();
    push('/a');
    await seen(2);
    page.window.history.back();
    await seen(3);
    expect(views().map(([url]) => url)).toEqual(['/', '/a', '/']);
  });

  test('fragments: routes count, places in the page only if asked', async () => {
    await open();
    push('/#reviews');
    push('/#/settings');
    await seen(2);
    expect(views().map(([url]) => url)).toEqual(['/', '/#/settings']);
    page.close();
    await open({ hash: true });
    push('/#reviews');
    await seen(2);
    expect(views().map(([url]) => url)).toEqual(['/', '/#reviews']);
  });

  test('the undo puts the history back as it was', async () => {
    await open();
    expect(Object.hasOwn(page.window.history, 'pushState')).toBe(true);
    page.undo();
    expect(Object.hasOwn(page.window.history, 'pushState')).toBe(false);
    expect(Object.hasOwn(page.window.history, 'replaceState')).toBe(false);
  });

  test('a router that patched before us and one that patches after us both keep working', async () => {
    const calls: string[] = [];
    const wrap = (name: string) => {
      const { history } = page.window;
      const inner = history.pushState;
      history.pushState = function (...args) {
        calls.push(name);
        inner.apply(this, args);
      };
    };
    await open({}, { before: (window) => ((page = { window } as Page), wrap('before')) });
    wrap('after');
    push('/a');
    await seen(2);
    expect(calls).toEqual(['after', 'before']);
    expect(views().map(([url]) => url)).toEqual(['/', '/a']);
    page.undo();
    push('/b');
    await pause(60);
    expect(calls).toEqual(['after', 'before', 'after', 'before']);
    expect(views()).toHaveLength(2);
  });

  test('history that throws throws at the page, as without us', async () => {
    await open();
    expect(() => push('https://elsewhere.example/')).toThrow();
    expect(page.told.filter(({ type }) => type === 'report')).toEqual([]);
  });
});

test('the Navigation API is used where it exists, and history is left alone', async () => {
  let navigation!: EventTarget;
  await open(
    {},
    {
      before(window) {
        navigation = new window.EventTarget();
        Object.assign(window, { navigation });
      },
    },
  );
  expect(Object.hasOwn(page.window.history, 'pushState')).toBe(false);
  const go = (navigationType: string, url: string) => {
    push(url);
    navigation.dispatchEvent(Object.assign(new page.window.Event('currententrychange'), { navigationType }));
  };
  go('push', '/a');
  await seen(2);
  go('replace', '/a?x=1');
  go('traverse', '/');
  await seen(3);
  expect(views().map(([url]) => url)).toEqual(['/', '/a', '/']);
});

test('a prerendered page counts when it is shown', async () => {
  let prerendering = true;
  await open(
    {},
    {
      before: (window) => Object.defineProperty(window.document, 'prerendering', { get: () => prerendering }),
    },
  );
  expect(page.told).toEqual([]);
  prerendering = false;
  page.document.dispatchEvent(new page.window.Event('prerenderingchange'));
  expect(views()).toEqual([['/', 'Home', undefined]]);
});

test.each([
  [true, 2],
  [false, 1],
])('restored from the back/forward cache, option %s', async (restored, count) => {
  await open({ restored });
  const show = (persisted: boolean) =>
    page.window.dispatchEvent(Object.assign(new page.window.Event('pageshow'), { persisted }));
  show(false);
  show(true);
  expect(views()).toHaveLength(count);
});

describe('engagement', () => {
  const withClock = async () => {
    const clock = { now: 1000, focus: true, visible: true };
    await open(
      {},
      {
        before(window) {
          window.performance.now = () => clock.now;
          window.document.hasFocus = () => clock.focus;
          Object.defineProperty(window.document, 'visibilityState', {
            get: () => (clock.visible ? 'visible' : 'hidden'),
          });
        },
      },
    );
    return clock;
  };
  const fire = (type: string) => page.window.dispatchEvent(new page.window.Event(type));
  const left = () => page.events('Page Left').map(({ properties }) => properties);

  test('only time with focus counts, and parts of it are not told twice', async () => {
    const clock = await withClock();
    clock.now += 5000;
    clock.focus = false;
    fire('blur');
    clock.now += 60_000;
    clock.focus = true;
    fire('focus');
    clock.now += 250;
    page.leave();
    page.leave();
    expect(left()).toEqual([{ engagementTime: 5250 }]);
    // Chromium goes on calling the page visible between pagehide and visibilitychange.
    clock.now += 8;
    page.leave();
    expect(left()).toEqual([{ engagementTime: 5250 }]);
    fire('pageshow');
    clock.now += 100;
    page.leave();
    expect(left()).toEqual([{ engagementTime: 5250 }, { engagementTime: 100 }]);
  });

  test('inside an app it is told before the next page, with the page that was left', async () => {
    const clock = await withClock();
    clock.now += 3000;
    push('/next');
    await seen(2);
    expect(page.told.map(({ type, event }) => event ?? type)).toEqual(['page', 'Page Left', 'page']);
    expect(page.told[1]).toMatchObject({
      properties: { engagementTime: 3000 },
      context: { page: { path: '/', title: 'Home' } },
    });
  });

  test('a hidden page is not engaged', async () => {
    const clock = await withClock();
    clock.visible = false;
    page.document.dispatchEvent(new page.window.Event('visibilitychange'));
    clock.now += 9000;
    page.leave();
    expect(left()).toEqual([]);
  });
});

test('a script in the head waits for the title that is not there yet', async () => {
  await open({ settle: 500 }, { title: '' });
  expect(page.told).toEqual([]);
  page.document.title = 'Late';
  await seen(1);
  expect(views()).toEqual([['/', 'Late', undefined]]);
});

test('leaving before the title came sends the page as it is', async () => {
  await open({ settle: 500 }, { title: '' });
  page.leave();
  expect(views()).toEqual([['/', '', undefined]]);
});
