import type { MaybePromise } from '@nitka/core';

/** What was opened, to be closed the other way round: one list for the end and for a start that fails halfway. */
export interface Closers {
  add(close: () => MaybePromise<void>): void;
  /** Closes the last first. One that fails keeps none of the others open; the first failure is thrown when all are done. */
  closeAll(): Promise<void>;
}

export const createClosers = (): Closers => {
  const closers: (() => MaybePromise<void>)[] = [];
  return {
    add: (close) => void closers.push(close),
    async closeAll() {
      const failures: unknown[] = [];
      for (let close = closers.pop(); close; close = closers.pop()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
};
