import type { Clock } from '@nitka/core';

/** The browser's own. */
export const pageClock: Clock = {
  now: () => Date.now(),
  setTimeout: (task, milliseconds) => setTimeout(task, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as number),
};
