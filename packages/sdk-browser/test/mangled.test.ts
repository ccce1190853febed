import { createTracker } from '../src/create-tracker.ts';
import { readOptions } from '../src/options.ts';
import { campaign } from '../src/plugins/campaign.ts';
import { externalIds } from '../src/plugins/external-ids.ts';
import { expect, it } from 'vitest';
import { mangled } from '../mangled.mjs';
import { usePage } from './page.ts';

const page = usePage();

it('names no method of a tracker and no option', () => {
  const options = {
    writeKey: 'names',
    endpoint: 'https://t.shop.example',
    consentVersion: '1',
    debug: false,
  };
  const tracker = createTracker({ ...options, consent: 'pending' });
  const names = [...Object.keys(tracker), ...Object.keys(readOptions(options)!)];
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => mangled.includes(name))).toEqual([]);
  tracker.close();
});

it('names nothing that a plugin is given', () => {
  let given: string[] = [];
  page.open({ plugins: [(host) => void (given = Object.keys(host))] });
  expect(given).toContain('whenAllowed');
  expect(given.filter((name) => mangled.includes(name))).toEqual([]);
});

it('names nothing that is sent', async () => {
  const tracker = page.open({ consentVersion: '1', plugins: [campaign(), externalIds()] });
  tracker.page('Home');
  tracker.identify('u', { email: 'ann@mail.ru' });
  await page.flushed(tracker);
  const sent = page.collector.requests.map(({ body }) => JSON.stringify(body)).join('');
  expect(sent).toContain('"messageId"');
  expect(sent).toContain('"touch":');
  expect(mangled.filter((name) => sent.includes(`"${name}":`))).toEqual([]);
});

it('names nothing of a window, a document, an element, an event or a promise', () => {
  const targets: object[] = [
    window,
    document,
    document.body,
    navigator,
    localStorage,
    location,
    history,
    new Event('x'),
    new KeyboardEvent('keydown'),
    document.createElement('form'),
    document.createElement('input'),
    document.createElement('script'),
    new Map(),
    new Set(),
    Promise.resolve(),
    Response.json({}),
    new URL('https://shop.example'),
    new AbortController(),
    [],
    '',
  ].map(Object);
  expect(mangled.filter((name) => targets.some((target) => name in target))).toEqual([]);
});
