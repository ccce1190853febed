import type { Clock } from '@nitka/core';

/** Resolves with true once the task has, with false when `milliseconds` are over before. Rejects as the task does. */
export const within = (clock: Clock, milliseconds: number, task: Promise<unknown>): Promise<boolean> => {
  let timer: unknown;
  const late = new Promise<boolean>((resolve) => {
    timer = clock.setTimeout(() => resolve(false), milliseconds);
  });
  return Promise.race([task.then(() => true), late]).finally(() => clock.clearTimeout(timer));
};
