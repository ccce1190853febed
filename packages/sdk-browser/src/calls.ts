import { isPlaceholder, type ErrorCode, type EventType, type JsonObject } from '@nitka/core';
import type { Tracker } from './api.ts';
import { createPageReader, protectTraits } from './features.ts';
import type { Settings } from './options.ts';

export interface CallParts {
  readonly now: () => number;
  readonly settings: Pick<Settings, 'hashIdentifiers' | 'callingCode'>;
  /** Where the page is now. */
  readonly readPage: (() => JsonObject) | undefined;
  /** @param at when it happened, @default now */
  readonly make: (type: EventType, fields: object, context?: JsonObject, at?: number) => void;
  readonly setUserId: (userId: string) => void;
  readonly report: (code: ErrorCode, detail?: string) => void;
}

export type Calls = Pick<Tracker, 'track' | 'page' | 'identify' | 'link' | 'group' | 'alias'>;

/** It is kept, and goes with every later event: one that fills an event would let none through. */
const longest = 999;

const isId = (value: unknown): boolean =>
  /string|number/.test(typeof value) && !isPlaceholder(value) && String(value).length < longest;

/** The calls that become events: from what a page passes to the fields of the Segment spec. */
export const createCalls = ({
  now,
  settings: { hashIdentifiers, callingCode },
  readPage,
  make,
  setUserId,
  report,
}: CallParts): Calls => {
  const refuse = (call: string): void => report('invalid_call', call);

  /** @param id whom the traits are of; without one, and without a trait, there is no event */
  const withTraits = (type: EventType, id?: object, traits?: JsonObject, context?: JsonObject): void => {
    const at = now();
    // A text would be spread letter by letter, a phone in it past every policy.
    if (typeof traits === 'string') {
      refuse(type);
      traits = {};
    }
    const use = (safe: JsonObject): void => {
      if (id || Object.values(safe).some((value) => value != null)) {
        make(type, { ...id, traits: safe }, context, at);
      }
    };
    if (protectTraits) {
      const safe = protectTraits({ ...traits }, !!hashIdentifiers, callingCode);
      if (safe instanceof Promise) safe.then(use).catch(() => report('invalid_option', 'hashIdentifiers'));
      else use(safe);
    } else {
      const { phone: _phone, email: _email, ...rest } = { ...traits };
      use(hashIdentifiers ? rest : { ...traits });
    }
  };

  return {
    link({ phone, email }, context) {
      if (!phone && !email) return refuse('link');
      withTraits('identify', undefined, { phone, email }, context);
    },

    track(event, properties, context) {
      if (typeof event !== 'string' || !event) return refuse('track');
      make('track', { event, properties }, context);
    },

    page(name, properties, context) {
      make(
        'page',
        { name, properties: { ...(createPageReader ? readPage?.() : {}), ...properties } },
        context,
      );
    },

    identify(userId, traits, context) {
      // Segment's clients may leave the userId out.
      if (typeof userId === 'object' && userId) [userId, traits, context] = [undefined, userId, traits];
      const isGiven = isId(userId);
      if (isGiven) setUserId(String(userId));
      // A placeholder would join strangers into one person.
      else if (userId != null) refuse('identify');
      withTraits('identify', isGiven ? { userId: String(userId) } : undefined, traits, context);
    },

    group(groupId, traits, context) {
      if (!isId(groupId)) return refuse('group');
      withTraits('group', { groupId: String(groupId) }, traits, context);
    },

    alias(userId, previousId, context) {
      if (!isId(userId)) return refuse('alias');
      make('alias', { userId: String(userId), previousId: previousId && String(previousId) }, context);
    },
  };
};
