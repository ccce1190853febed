import { afterEach, expect, it, vi } from 'vitest';
import { createTracker } from '../src/create-tracker.ts';
import * as index from '../src/index.ts';
import { version } from '../src/version.ts';
import manifest from '../package.json' with { type: 'json' };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const options = { writeKey: 'k', endpoint: 'https://t.shop.example', consent: 'pending' } as const;

it('gives the same tracker for the same write key until it is closed', () => {
  const first = createTracker(options);
  expect(createTracker({ ...options, flushAt: 1 })).toBe(first);
  const other = createTracker({ ...options, writeKey: 'other' });
  expect(other).not.toBe(first);
  first.close();
  const second = createTracker(options);
  expect(second).not.toBe(first);
  second.close();
  other.close();
});

it('gives a tracker that does nothing on a server', async () => {
  vi.stubGlobal('window', undefined);
  const tracker = createTracker(options);
  tracker.track('x');
  tracker.identify('u');
  tracker.on('sent', () => {})();
  tracker.close();
  await tracker.flush();
});

it.each([
  { writeKey: '' },
  { endpoint: 'javascript:alert(1)' },
  { endpoint: '' },
  { consent: 'grnated' as 'granted' },
  null,
])('gives one that does nothing, and says so, with %o', (wrong) => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  createTracker((wrong && { ...options, ...wrong })!).track('x');
  expect(error).toHaveBeenCalledWith('nitka: invalid_option (writeKey, endpoint, consent)');
  expect(localStorage).toHaveLength(0);
});

it('exports what is named', () => {
  expect(Object.keys(index)).toEqual(['createTracker']);
});

it('knows its own version', () => {
  expect(version).toBe(manifest.version);
});

it('is the minified one where that is what is tested', () => {
  const text = String(createTracker);
  expect(text.includes('=>') && !/ => |\n/.test(text)).toBe(process.env['NITKA_BUNDLE'] === 'minified');
});
