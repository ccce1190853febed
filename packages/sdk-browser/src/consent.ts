import { attempt } from './attempt.ts';
import { toJson } from '@nitka/core';
import { partsOf, type TextStore } from './storage/text-store.ts';

/**
 * `pending`: nothing is stored or sent, calls wait in memory. `denied`: nothing is stored, sent or kept.
 * `cookieless`: nothing is stored; events are sent without anything that outlives the page.
 */
export type ConsentStatus = 'granted' | 'denied' | 'pending' | 'cookieless';

/** A misspelt choice must neither start the tracking nor let a refusal pass unheard. */
export const isStatus = (given: unknown): given is ConsentStatus =>
  /^(granted|denied|pending|cookieless)$/.test(given as string);

export type ConsentPurposes = Readonly<Record<string, boolean>>;

/** The browser's own signal, where the site heeds it. */
export const isRefused = (
  { navigator }: Window,
  { respectGpc, respectDnt }: { readonly respectGpc?: boolean; readonly respectDnt?: boolean },
): boolean | undefined =>
  (respectGpc && (navigator as Navigator & { globalPrivacyControl?: boolean }).globalPrivacyControl) ||
  (respectDnt && navigator.doNotTrack === '1');

export interface Consent {
  status(): ConsentStatus;
  purposes(): ConsentPurposes | undefined;
  set(status: ConsentStatus, purposes?: ConsentPurposes): void;
  /** Takes over what another tab has set. */
  follow(): void;
}

/**
 * The visitor's choice, over the status that holds without one. What is remembered is as little as works: a choice
 * equal to the default needs no memory, and where the site asks anew on each page (`pending`) only a grant is stored.
 */
export const createConsent = (store: TextStore, initial: ConsentStatus): Consent => {
  let status = initial;
  let purposes: ConsentPurposes | undefined;

  const follow = (): void => {
    // A refusal, of the site or remembered, is stronger than any grant but an explicit one.
    if (initial === 'denied') return;
    const [chosen, list] = partsOf(store, 'c');
    status = isStatus(chosen) ? chosen : initial;
    purposes = attempt(() => JSON.parse(list!) as ConsentPurposes);
  };

  follow();
  return {
    status: () => status,
    purposes: () => purposes,
    follow,

    set(next, nextPurposes) {
      [status, purposes] = [next, nextPurposes];
      const isImplied =
        next === 'pending' || (initial === 'pending' ? next !== 'granted' : next === initial && !purposes);
      if (isImplied) store.remove('c');
      else store.set('c', next + (purposes ? `|${toJson(purposes)}` : ''));
    },
  };
};
