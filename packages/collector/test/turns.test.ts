import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
    wait,
    work: (name: string, bytes: number) => void wait(bytes).then(() => done.push(name)),
    async next() {
      for (const each of planned.splice(0)) each();
      await Promise.resolve();
    },
  };
};

it('lets nothing through before the turn, then so many bytes in each, in their order', async () => {
  const turns = openTurns(100);
  for (const name of ['a', 'b', 'c', 'd', 'e']) turns.work(name, 60);
  await Promise.resolve();
  expect(turns.done).toEqual([]);
  await turns.next();
  expect(turns.done).toEqual(['a', 'b']);
  // Who comes later does not overtake who waits.
  turns.work('f', 1);
  await turns.next();
  expect(turns.done).toEqual(['a', 'b', 'c', 'd']);
  await turns.next();
  expect(turns.done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

it('lets one through that is larger than a turn', async () => {
  const turns = openTurns(100);
  turns.work('large', 1000);
  turns.work('small', 1);
  await turns.next();
  expect(turns.done).toEqual(['large']);
  await turns.next();
  expect(turns.done).toEqual(['large', 'small']);
});

it('plans one turn for all that waits, and none when there is nothing to do', async () => {
  const turns = openTurns(100);
  turns.work('a', 60);
  turns.work('b', 30);
  expect(turns.planned).toHaveLength(1);
  await turns.next();
  expect(turns.planned).toEqual([]);
});

it('keeps nothing of those that went, however long others go on waiting', async () => {
  const { wait, next, planned } = openTurns(100);
  const gone = Array.from({ length: 50 }, () => new WeakRef(wait(60)));
  for (let turn = 0; turn < 30; turn += 1) {
    void wait(60);
    void wait(60);
    await next();
  }
  expect(planned).toHaveLength(1);
  setFlagsFromString('--expose-gc');
  // A reference that was made in this turn of the event loop holds what it refers to.
  await new Promise((resolve) => setImmediate(resolve));
  (runInNewContext('gc') as () => void)();
  expect(gone.filter((each) => each.deref() !== undefined)).toEqual([]);
});
