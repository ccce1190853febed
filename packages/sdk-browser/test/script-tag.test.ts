import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { choosePlugins } from '../src/plugin-names.ts';
import { startFromTag } from '../src/script-tag.ts';
import type { PageWindow } from './window.ts';

const page = window as unknown as PageWindow;

const start = (attributes: Record<string, string>) => {
  const script = document.createElement('script');
  script.type = 'inert';
  script.src = 'https://t.shop.example/s/nitka.js';
  Object.assign(script.dataset, { consent: 'pending', ...attributes });
  document.head.append(script);
  const started: string[] = [];
  const plugin = (name: string) => () => () => void started.push(name);
  const plugins = { 'page-views': plugin('page-views'), forms: plugin('forms') };
  startFromTag(
    choosePlugins(
      () => plugins,
      (name) => () => void started.push(`late ${name}`),
    ),
  );
  return started;
};

beforeEach(() => {
  delete page.nitka;
});
afterEach(() => {
  page.nitka?.close?.();
  document.head.replaceChildren();
  localStorage.clear();
});

it('puts the tracker where the stub is, and makes its calls', () => {
  const stub: unknown[] = [['track', 'one'], Object.assign(['track', 'two'], { when: 5 }), 'garbage', null];
  Object.assign(window, { nitka: stub });
  start({ writeKey: 'a' });
  expect(page.nitka).toBe(stub);
  expect(stub).toHaveLength(0);
  const dropped = vi.fn();
  page.nitka!.on('dropped', dropped);
  // 998 more fill what may wait for consent: the two early calls are in.
  for (let i = 0; i < 998; i++) page.nitka!.push(['track', 'x']);
  expect(dropped).not.toHaveBeenCalled();
  page.nitka!.push(['track', 'x'], ['no such method'], 'garbage');
  expect(dropped).toHaveBeenCalledTimes(1);
});

it('runs the usual plugins, or those that are named', () => {
  expect(start({ writeKey: 'b' })).toEqual(['page-views', 'forms']);
  page.nitka!.close();
  document.head.replaceChildren();
  expect(start({ writeKey: 'c', pageViews: 'off' })).toEqual(['forms']);
  page.nitka!.close();
  document.head.replaceChildren();
  expect(start({ writeKey: 'd', plugins: 'forms, other' })).toEqual(['forms', 'late other']);
  page.nitka!.close();
  document.head.replaceChildren();
  expect(start({ writeKey: 'e', plugins: '' })).toEqual([]);
});

it('does nothing without a write key, and says so', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  // Misspelt: it is data-write-key.
  start({ writekey: 'k' });
  expect(error).toHaveBeenCalledWith('nitka: invalid_option (data-write-key)');
  expect(page.nitka).toBeUndefined();
});
