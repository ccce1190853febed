import { attempt } from './attempt.ts';
import type { TrackerListeners } from './api.ts';

export interface Listeners {
  on<Name extends keyof TrackerListeners>(name: Name, listener: TrackerListeners[Name]): () => void;
  tell<Name extends keyof TrackerListeners>(name: Name, ...args: Parameters<TrackerListeners[Name]>): void;
}

/** @param debug also writes to the console */
export const createListeners = (debug?: boolean): Listeners => {
  const all = new Set<(told: string, args: unknown[]) => void>();
  return {
    on(name, listener) {
      const hear = (told: string, args: unknown[]): void => {
        if (told === name) (listener as (...args: unknown[]) => void)(...args);
      };
      all.add(hear);
      return () => void all.delete(hear);
    },

    tell(name, ...args) {
      if (debug) console.log('nitka', name, ...args);
      // What a listener of the page throws must not stop the delivery.
      for (const hear of [...all]) attempt(() => hear(name, args));
    },
  };
};
