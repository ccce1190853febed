import { expect, it } from 'vitest';
import { diskQueue } from '../src/disk/index.ts';
import { createTracker, memoryQueue } from '../src/index.ts';

const isInvalid = expect.objectContaining({ code: 'invalid_option' }) as Error;

it.each([
  ['queue must be', { queue: diskQueue }],
  ['queue must be', { queue: {} }],
  ['fetch must be', { fetch: 'https://proxy' }],
  ['context must be', { context: [] }],
  ['context must be', { context: { shop: 1n } }],
  ['order must be', { order: 'user' }],
  ['gzip must be', { gzip: 'no' }],
  ['shutdown must be', { shutdown: 0 }],
  ['flushAt must be', { flushAt: '500' }],
  ['endpoint must be', { endpoint: 'collect.example.com' }],
  ['endpoint must begin', { endpoint: 'ftp://collect.example.com' }],
  ['endpoint must not hold', { endpoint: 'https://user:word@collect.example.com' }],
  ['writeKey must be', { writeKey: 'a key' }],
])('says that %s … of %o', (text, options) => {
  expect(() => createTracker({ writeKey: 'k', endpoint: 'https://x', ...(options as object) })).toThrow(
    expect.objectContaining({ code: 'invalid_option', detail: expect.stringContaining(text) as string }),
  );
});

it.each([{ maxEvents: NaN }, { maxEvents: 0 }, { maxBytes: '1 GB' }, { maxBytes: -1 }, { maxEvents: 1.5 }])(
  'refuses the memory queue %o, which would have no bounds',
  (options) => {
    expect(() => memoryQueue(options as never)).toThrow(isInvalid);
  },
);
