import type { Clock } from '@nitka/core';

/** The rest of a loop between two steps. */
export interface Pause {
  /** Resolves after so many milliseconds, or when it is ended; at once when there are to be none any more. */
  wait(milliseconds: number): Promise<void>;
  /** Ends the one that is under way. */
  end(): void;
  /** Ends it, and all that were to come: the loop is to find out that it is over. */
  endAll(): void;
}

export const createPause = (clock: Omit<Clock, 'now'>): Pause => {
  let over = false;
  let end: () => void = () => undefined;
  return {
    wait: (milliseconds) =>
      new Promise((resolve) => {
        if (over) return resolve();
        const timer = clock.setTimeout(resolve, milliseconds);
        end = () => {
          clock.clearTimeout(timer);
          resolve();
        };
      }),
    end: () => end(),
    endAll() {
      over = true;
      end();
    },
  };
};
