import { expect, it } from 'vitest';
import { createMemoryStorage } from '../src/memory-storage.ts';
import { storageConformance } from './storage.conformance.ts';

storageConformance('memory', { open: createMemoryStorage });

it('stays small while many records pass through', async () => {
  const storage = createMemoryStorage();
  let passed = 0;
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 500; i++) void storage.append('{}', 2, 0);
    const records = await storage.read({ count: 500, bytes: 1e6 });
    await storage.remove(records);
    passed += records.length;
  }
  expect(passed).toBe(50_000);
  expect(await storage.size()).toEqual({ count: 0, bytes: 0 });
});
