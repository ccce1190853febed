// @vitest-environment node
import { afterEach, expect, test } from 'vitest';
import { scroll } from '../../src/plugins/scroll.ts';
import type { Page } from './harness.ts';
import { openPage, pause } from './harness.ts';

let page: Page;
afterEach(() => page.close());

/** jsdom has no layout: the figures are given. */
const size = (element: Element, clientHeight: number, scrollHeight: number) => {
  Object.defineProperty(element, 'clientHeight', { get: () => clientHeight, configurable: true });
  Object.defineProperty(element, 'scrollHeight', { get: () => scrollHeight, configurable: true });
};
const open = (clientHeight: number, scrollHeight: number, html = '') => {
  page = openPage(html, [scroll()]);
  const { document } = page;
  Object.defineProperty(document, 'scrollingElement', { get: () => document.documentElement });
  size(document.documentElement, clientHeight, scrollHeight);
};
const to = async (top: number, block: Element = page.document.documentElement) => {
  block.scrollTop = top;
  const target = block === page.document.documentElement ? page.document : block;
  target.dispatchEvent(new page.window.Event('scroll', { bubbles: target === page.document }));
  await pause(300);
};
const depths = () =>
  page.events('Page Scrolled').map(({ properties }) => (properties as { depth: number }).depth);

test('each depth once, jumping over several gives the last, and back gives none', async () => {
  open(768, 4000);
  await to(300);
  await to(2300);
  await to(100);
  await to(2400);
  await to(3232);
  expect(depths()).toEqual([25, 75, 100]);
});

test('a page that grows while scrolled takes nothing back and tells nothing twice', async () => {
  open(768, 2000);
  await to(800);
  size(page.document.documentElement, 768, 8000);
  await to(1200);
  await to(5500);
  expect(depths()).toEqual([75]);
});

test('a page that fits the window is seen to its end, told when it is left', () => {
  open(768, 768);
  expect(depths()).toEqual([]);
  page.leave();
  page.leave();
  expect(depths()).toEqual([100]);
});

test('a long page that nobody scrolled tells nothing', () => {
  open(768, 4000);
  page.leave();
  expect(depths()).toEqual([]);
});

test('leaving in the middle of scrolling still counts', () => {
  open(768, 4000);
  void to(1300);
  page.leave();
  expect(depths()).toEqual([50]);
});

test('a block that scrolls in place of the page counts, a small one does not', async () => {
  open(768, 768, '<main></main><nav></nav>');
  const main = page.document.querySelector('main')!;
  const nav = page.document.querySelector('nav')!;
  size(main, 700, 2100);
  size(nav, 200, 2000);
  await to(1800, nav);
  await to(400, main);
  expect(depths()).toEqual([50]);
  page.leave();
  expect(depths()).toEqual([50]);
});

test('another page of the app starts anew', async () => {
  open(768, 4000);
  await to(2300);
  page.window.history.pushState(null, '', '/next');
  await to(300);
  expect(depths()).toEqual([75, 25]);
});

test('silent after the undo', async () => {
  open(768, 4000);
  void to(2300);
  page.undo();
  await pause(300);
  expect(depths()).toEqual([]);
});
