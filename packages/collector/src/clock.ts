import type { Clock } from '@nitka/core';

/** The machine's clock. Its timers keep the process alive: a load in progress is work. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (task, milliseconds) => setTimeout(task, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
