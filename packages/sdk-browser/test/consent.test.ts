import { expect, it } from 'vitest';
import { createConsent, type ConsentStatus } from '../src/consent.ts';
import { memoryStore } from './fakes.ts';

/** Status on the next page after these choices, and what is stored. */
const after = (initial: ConsentStatus, ...choices: ConsentStatus[]): [ConsentStatus, string | null] => {
  const store = memoryStore();
  const consent = createConsent(store, initial);
  for (const choice of choices) consent.set(choice);
  return [createConsent(store, initial).status(), store.get('c')];
};

it.each<[ConsentStatus, ConsentStatus[], ConsentStatus, string | null]>([
  ['granted', [], 'granted', null],
  ['granted', ['denied'], 'denied', 'denied'],
  ['granted', ['denied', 'granted'], 'granted', null],
  ['pending', ['granted'], 'granted', 'granted'],
  ['pending', ['denied'], 'pending', null],
  ['pending', ['granted', 'denied'], 'pending', null],
  ['pending', ['granted', 'pending'], 'pending', null],
  ['denied', ['granted'], 'denied', 'granted'],
  ['granted', ['cookieless'], 'cookieless', 'cookieless'],
  ['cookieless', [], 'cookieless', null],
  ['cookieless', ['granted'], 'granted', 'granted'],
  ['cookieless', ['denied'], 'denied', 'denied'],
  ['cookieless', ['granted', 'cookieless'], 'cookieless', null],
  ['pending', ['cookieless'], 'pending', null],
])('from %s through %j to %s on the next page, storing %s', (initial, choices, status, stored) => {
  expect(after(initial, ...choices)).toEqual([status, stored]);
});

it('holds at once on this page', () => {
  const consent = createConsent(memoryStore(), 'denied');
  consent.set('granted');
  expect(consent.status()).toBe('granted');
});

it('takes no other text for a choice', () => {
  const store = memoryStore();
  store.set('c', 'yes');
  expect(createConsent(store, 'pending').status()).toBe('pending');
});
