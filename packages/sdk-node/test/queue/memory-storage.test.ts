import { expect, it } from 'vitest';
import { createMemoryStorage } from '../../src/queue/memory-storage.ts';
import { storageConformance } from '../storage.conformance.ts';

storageConformance('memory', { open: createMemoryStorage });

it('gives a chunk the age of no more than a second of calls, whichever way the clock jumps', () => {
  const storage = createMemoryStorage();
  for (const now of [5000, 5900, 6001, 1000, 1500]) void storage.append('{}', now);
  const chunks = storage.read({ count: 100, bytes: 1000 });
  void storage.read({ count: 100, bytes: 1000 }, 2);
  expect(chunks).toMatchObject([
    { queuedAt: 5000, count: 2 },
    { queuedAt: 6001, count: 1 },
  ]);
  expect(storage.read({ count: 100, bytes: 1000 }, 2)).toMatchObject([{ queuedAt: 1000, count: 2 }]);
});

it('counts bytes, not characters, once it is known', () => {
  const storage = createMemoryStorage();
  const text = JSON.stringify({ text: 'ж'.repeat(100) });
  void storage.append(text, 0);
  void storage.read({ count: 1, bytes: 1 });
  expect(storage.size()).toEqual({ count: 1, bytes: Buffer.byteLength(text) });
});
