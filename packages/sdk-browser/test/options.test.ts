import { expect, it } from 'vitest';
import { readOptions } from '../src/options.ts';

const required = { writeKey: 'k', endpoint: 'https://t.shop.example' };

it('fills in the defaults, also for what is undefined', () => {
  expect(readOptions({ ...required, flushAt: undefined })).toMatchObject({
    consent: 'granted',
    storagePrefix: 'ntk',
    flushAt: 20,
  });
});

it('takes what is given', () => {
  expect(
    readOptions({ ...required, endpoint: 'https://shop.example/t//', cookie: { name: 'x' }, flushAt: 5 }),
  ).toMatchObject({ endpoint: 'https://shop.example/t', cookie: { name: 'x' }, flushAt: 5 });
});
