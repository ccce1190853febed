import { isPlaceholder, type ErrorCode, type EventType, type JsonObject } from '@nitka/core';
import type { Tracker } from './api.ts';
import type { Features } from './features.ts';

export interface CallParts {
  readonly now: () => number;
  readonly hashIdentifiers: boolean;
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
  const withTraits = (
    type: EventType,
    fields: object,
    traits: JsonObject,
    context?: JsonObject,
    isEmpty?: (traits: JsonObject) => boolean,
  ): void => {
    const at = now();
    const use = (safe: JsonObject): void => {
      if (!isEmpty?.(safe)) make(type, at, { ...fields, traits: safe }, context);
    };
    const safe = protectTraits
      ? protectTraits(traits, hashIdentifiers)
      : { ...traits, ...(hashIdentifiers && { phone: undefined, email: undefined }) };
    if (safe instanceof Promise) safe.then(use).catch(() => report('invalid_option', 'hashIdentifiers'));
    else use(safe);
  };

  const hasNone = (traits: JsonObject): boolean => Object.values(traits).every((value) => value == null);

  const link: Calls['link'] = ({ phone, email }, context) =>
    withTraits('identify', {}, { phone, email }, context, hasNone);

  return {
    link,

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
        withTraits('identify', { userId: String(userId) }, traits ?? {}, context);
      } else {
        // A placeholder would join strangers into one person.
        if (userId != null) report('invalid_call', 'identify');
        withTraits('identify', {}, traits ?? {}, context, hasNone);
      }
    },

    group(groupId, traits, context) {
      if (!isId(groupId)) return report('invalid_call', 'group');
      withTraits('group', { groupId: String(groupId) }, traits ?? {}, context);
    },

    alias(userId, previousId, context) {
      if (!isId(userId)) return report('invalid_call', 'alias');
      make('alias', now(), { userId: String(userId), previousId: previousId && String(previousId) }, context);
    },
  };
};
