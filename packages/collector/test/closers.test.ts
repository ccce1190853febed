import { expect, it } from 'vitest';
import { createClosers } from '../src/closers.ts';

it('closes the last first, waits for each, and each once', async () => {
  const closers = createClosers();
  const told: string[] = [];
  for (const name of ['spool', 'loader', 'app'])
    closers.add(async () => {
      told.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      told.push(`${name} ends`);
    });
  await closers.closeAll();
  await closers.closeAll();
  expect(told).toEqual([
    'app begins',
    'app ends',
    'loader begins',
    'loader ends',
    'spool begins',
    'spool ends',
  ]);
});

it('closes the rest when one fails, and tells of the first that did', async () => {
  const closers = createClosers();
  const told: string[] = [];
  closers.add(() => void told.push('spool'));
  closers.add(() => Promise.reject(new Error('of the loader')));
  closers.add(() => {
    throw new Error('of the app');
  });
  await expect(closers.closeAll()).rejects.toThrow('of the app');
  expect(told).toEqual(['spool']);
});
