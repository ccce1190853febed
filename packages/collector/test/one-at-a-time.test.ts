import { expect, it } from 'vitest';
import { createOneAtATime } from '../src/one-at-a-time.ts';

it('begins no work before the one before it has ended, however that ends', async () => {
  const inTurn = createOneAtATime();
  const told: string[] = [];
  const work = (name: string, failure?: Error) => async () => {
    told.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 2));
    told.push(`${name} ends`);
    if (failure) throw failure;
    return name;
  };
  const results = await Promise.allSettled([
    inTurn(work('a')),
    inTurn(work('b', new Error('of b'))),
    inTurn(() => {
      throw new Error('at once');
    }),
    inTurn(work('c')),
  ]);
  expect(told).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
  ).toEqual(['a', 'Error: of b', 'Error: at once', 'c']);
});
