import { isPlaceholder, type ErrorCode, type EventType, type JsonObject } from '@nitka/core';
import type { Tracker } from './api.ts';
import type { Features } from './features.ts';

export interface CallParts {
  readonly now: () => number;
  readonly hashIdentifiers: boolean | undefined;
  readonly protectTraits: Features['protectTraits'];
  /** Where the page is now. */
  readonly readPage: (() => JsonObject) | undefined;
  /** Makes an event that happened at `at`. */
  readonly make: (type: EventType, at: number, fields: object, context?: JsonObject) => void;
  readonly setUserId: (userId: string) => void;
  readonly report: (code: ErrorCode, detail?: string) => void;
}

export type Calls = Pick<Tracker, 'track' | 'page' | 'identify' | 'link' | 'group' | 'alias'>;

const isId = (value: unknown): boolean => /string|number/.test(typeof value) && !isPlaceholder(value);

/** The calls that become events: from what a page passes to the fields of the Segment spec. */
export const createCalls = ({
  now,
  hashIdentifiers,
  protectTraits,
  readPage,
  make,
  setUserId,
  report,
}: CallParts): Calls => {
  /** @param isNeeded makes no event where no trait is left */
  const withTraits = (
    fields: { type: EventType; [field: string]: string },
    traits?: JsonObject,
    context?: JsonObject,
    isNeeded?: boolean,
  ): void => {
    const at = now();
    const { type, ...rest } = fields;
    const use = (safe: JsonObject): void => {
      if (!isNeeded || Object.values(safe).some((value) => value != null)) {
        make(type, at, { ...rest, traits: safe }, context);
      }
    };
    const safe = protectTraits
      ? protectTraits({ ...traits }, !!hashIdentifiers)
      : { ...traits, ...(hashIdentifiers && { phone: undefined, email: undefined }) };
    if (safe instanceof Promise) safe.then(use).catch(() => report('invalid_option', 'hashIdentifiers'));
    else use(safe);
  };

  return {
    link: ({ phone, email }, context) => withTraits({ type: 'identify' }, { phone, email }, context, true),

    track(event, properties, context) {
      if (typeof event !== 'string' || !event) return report('invalid_call', 'track');
      make('track', now(), { event, properties }, context);
    },

    page(name, properties, context) {
      make('page', now(), { name, properties: { ...readPage?.(), ...properties } }, context);
    },

    identify(userId, traits, context) {
      // Segment's clients may leave the userId out.
      if (typeof userId === 'object' && userId) [userId, traits, context] = [undefined, userId, traits];
      if (isId(userId)) {
        setUserId(String(userId));
        withTraits({ type: 'identify', userId: String(userId) }, traits, context);
      } else {
        // A placeholder would join strangers into one person.
        if (userId != null) report('invalid_call', 'identify');
        withTraits({ type: 'identify' }, traits, context, true);
      }
    },

    group(groupId, traits, context) {
      if (!isId(groupId)) return report('invalid_call', 'group');
      withTraits({ type: 'group', groupId: String(groupId) }, traits, context);
    },

    alias(userId, previousId, context) {
      if (!isId(userId)) return report('invalid_call', 'alias');
      make('alias', now(), { userId: String(userId), previousId: previousId && String(previousId) }, context);
    },
  };
};
