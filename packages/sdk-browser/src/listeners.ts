import { attempt } from './attempt.ts';
import type { TrackerListeners } from './api.ts';

export interface Listeners {
  on<Name extends keyof TrackerListeners>(name: Name, listener: TrackerListeners[Name]): () => void;
  tell<Name extends keyof TrackerListeners>(name: Name, ...args: Parameters<TrackerListeners[Name]>): void;
}

/** @param debug also writes to the console */
export const createListeners = (debug?: boolean): Listeners => {
  const all = new Set<{ name: string; listener: (...args: never) => void }>();
  return {
    on(name, listener) {
      const entry = { name, listener };
      all.add(entry);
      return () => void all.delete(entry);
    },

    tell(name, ...args) {
      if (debug) console.log('nitka', name, ...args);
      for (const entry of [...all]) {
        // What a listener of the page throws must not stop the delivery.
        if (entry.name === name) attempt(() => entry.listener(...(args as never)));
      }
    },
  };
};
