import { afterEach, expect, it, vi } from 'vitest';
import { readTimezone } from '../src/context.ts';
import { createTextStore } from '../src/storage/text-store.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const stubIntl = (timeZone: string) => {
  const ask = vi.fn(() => ({ resolvedOptions: () => ({ timeZone }) }));
  vi.stubGlobal('Intl', { DateTimeFormat: ask });
  return ask;
};

it('asks Temporal for the time zone, which loads nothing, and stores nothing', () => {
  const store = createTextStore();
  const ask = stubIntl('Asia/Tokyo');
  vi.stubGlobal('Temporal', { Now: { timeZoneId: () => 'Europe/Moscow' } });
  expect(readTimezone(store)).toBe('Europe/Moscow');
  expect(ask).not.toHaveBeenCalled();
  expect(store.keys('')).toEqual([]);
});

it('without Temporal asks Intl once for each offset', () => {
  const store = createTextStore();
  vi.stubGlobal('Temporal', undefined);
  const offset = vi.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(-180);
  const ask = stubIntl('Europe/Moscow');
  expect([readTimezone(store), readTimezone(store)]).toEqual(['Europe/Moscow', 'Europe/Moscow']);
  expect(ask).toHaveBeenCalledTimes(1);
  stubIntl('Asia/Yekaterinburg');
  offset.mockReturnValue(-300);
  expect(readTimezone(store)).toBe('Asia/Yekaterinburg');
  offset.mockReturnValue(-180);
  expect(readTimezone(store)).toBe('Europe/Moscow');
});
