import { expect, it } from 'vitest';
import { diskQueue } from '../src/disk/index.ts';
import { createTracker, memoryQueue } from '../src/index.ts';

const isInvalid = expect.objectContaining({ code: 'invalid_option' }) as Error;

it.each([
  ['a queue that was not called', { queue: diskQueue }],
  ['a queue that is none', { queue: {} }],
  ['a fetch that is no function', { fetch: 'https://proxy' }],
  ['a context that is a list', { context: [] }],
  ['a context that cannot become JSON', { context: { shop: 1n } }],
  ['an order that is unknown', { order: 'user' }],
])('refuses %s', (_name, options) => {
  expect(() => createTracker({ writeKey: 'k', endpoint: 'https://x', ...(options as object) })).toThrow(
    isInvalid,
  );
});

it.each([{ maxEvents: NaN }, { maxEvents: 0 }, { maxBytes: '1 GB' }, { maxBytes: -1 }, { maxEvents: 1.5 }])(
  'refuses the memory queue %o, which would have no bounds',
  (options) => {
    expect(() => memoryQueue(options as never)).toThrow(isInvalid);
  },
);
