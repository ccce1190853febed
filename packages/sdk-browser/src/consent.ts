import type { TextStore } from './storage/text-store.ts';

export type ConsentStatus = 'granted' | 'denied' | 'pending';

export interface Consent {
  status(): ConsentStatus;
  set(status: ConsentStatus): void;
}

/**
 * The visitor's choice, over the status that holds without one. What is remembered is as little as works: a choice
 * equal to the default needs no memory, and where the site asks anew on each page (`pending`) a refusal stores
 * nothing at all.
 */
export const createConsent = (store: TextStore, key: string, initial: ConsentStatus): Consent => {
  let status = initial;
  // A refusal, of the site or remembered, is stronger than any grant but an explicit one.
  if (initial !== 'denied') {
    const chosen = store.get(key);
    if (chosen === 'granted' || chosen === 'denied') status = chosen;
  }
  return {
    status: () => status,

    set(next) {
      status = next;
      const isImplied = next === initial || (next === 'denied' && initial === 'pending');
      if (isImplied || next === 'pending') store.remove(key);
      else store.set(key, next);
    },
  };
};
