import type { TrackerListeners } from './api.ts';

export interface Listeners {
  on<Name extends keyof TrackerListeners>(name: Name, listener: TrackerListeners[Name]): () => void;
  tell<Name extends keyof TrackerListeners>(name: Name, ...args: Parameters<TrackerListeners[Name]>): void;
}

/** @param debug also writes to the console */
export const createListeners = (debug: boolean): Listeners => {
  const all: [name: string, listener: (...args: unknown[]) => void][] = [];
  return {
    on(name, listener) {
      const entry: (typeof all)[number] = [name, listener as (...args: unknown[]) => void];
      all.push(entry);
      return () => {
        const index = all.indexOf(entry);
        if (index >= 0) all.splice(index, 1);
      };
    },

    tell(name, ...args) {
      if (debug) console.debug('nitka', name, ...args);
      for (const [heard, listener] of all.slice()) {
        try {
          if (heard === name) listener(...args);
        } catch {
          // What a listener of the page throws must not stop the delivery.
        }
      }
    },
  };
};
