import { expect, it, vi } from 'vitest';
import { sendBeacon } from '../../src/transport/beacon.ts';

const pageWith = (navigator: unknown): Window => ({ navigator }) as Window;

it('hands the body over and tells whether it was taken', () => {
  const take = vi.fn(() => true);
  expect(sendBeacon(pageWith({ sendBeacon: take }), 'https://t.example/v1/batch', '{}')).toBe(true);
  expect(take.mock.calls).toEqual([['https://t.example/v1/batch', '{}']]);
  expect(sendBeacon(pageWith({ sendBeacon: () => false }), '', '')).toBe(false);
});

it('never throws, also where there is none', () => {
  expect(sendBeacon(pageWith({}), '', '')).toBe(false);
});
