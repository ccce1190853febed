import { expect, it } from 'vitest';
import { createTurns } from '../src/turns.ts';

/** Turns of an event loop that a test takes by hand. */
const openTurns = (bytesInTurn: number) => {
  const planned: (() => void)[] = [];
  const { wait } = createTurns(bytesInTurn, (work) => planned.push(work));
  const done: string[] = [];
  return {
    done,
    planned,
    work(name: string, bytes: number) {
      const turn = wait(bytes);
      if (turn) void turn.then(() => done.push(name));
      else done.push(name);
    },
    async next() {
      for (const each of planned.splice(0)) each();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
};

it('lets so many bytes through in a turn, the others in the next ones, in their order', async () => {
  const turns = openTurns(100);
  for (const name of ['a', 'b', 'c', 'd', 'e']) turns.work(name, 60);
  expect(turns.done).toEqual(['a', 'b']);
  await turns.next();
  // Who comes later does not overtake who waits.
  turns.work('f', 1);
  expect(turns.done).toEqual(['a', 'b', 'c', 'd']);
  await turns.next();
  expect(turns.done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

it('lets one through that is larger than a turn', async () => {
  const turns = openTurns(100);
  turns.work('large', 1000);
  turns.work('small', 1);
  expect(turns.done).toEqual(['large']);
  await turns.next();
  expect(turns.done).toEqual(['large', 'small']);
});

it('plans no turns when there is nothing to do', async () => {
  const turns = openTurns(100);
  turns.work('a', 60);
  await turns.next();
  await turns.next();
  expect(turns.planned).toEqual([]);
});
