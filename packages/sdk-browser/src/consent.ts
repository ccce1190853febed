import type { TextStore } from './storage/text-store.ts';

export type ConsentStatus = 'granted' | 'denied' | 'pending';

export type ConsentPurposes = Readonly<Record<string, boolean>>;

export interface Consent {
  status(): ConsentStatus;
  purposes(): ConsentPurposes | undefined;
  set(status: ConsentStatus, purposes?: ConsentPurposes): void;
  /** Takes over what another tab has set. */
  follow(): void;
}

/**
 * The visitor's choice, over the status that holds without one. What is remembered is as little as works: a choice
 * equal to the default needs no memory, and where the site asks anew on each page (`pending`) a refusal stores
 * nothing at all.
 */
export const createConsent = (store: TextStore, key: string, initial: ConsentStatus): Consent => {
  let status = initial;
  let purposes: ConsentPurposes | undefined;

  const follow = (): void => {
    // A refusal, of the site or remembered, is stronger than any grant but an explicit one.
    if (initial === 'denied') return;
    const [chosen, list] = (store.get(key) ?? '').split('|');
    status = chosen === 'granted' || chosen === 'denied' ? chosen : initial;
    try {
      purposes = JSON.parse(list!) as ConsentPurposes;
    } catch {
      purposes = undefined;
    }
  };

  follow();
  return {
    status: () => status,
    purposes: () => purposes,
    follow,

    set(next, nextPurposes) {
      [status, purposes] = [next, nextPurposes];
      const isImplied = (next === initial && !purposes) || (next === 'denied' && initial === 'pending');
      if (isImplied || next === 'pending') store.remove(key);
      else store.set(key, next + (purposes ? `|${JSON.stringify(purposes)}` : ''));
    },
  };
};
