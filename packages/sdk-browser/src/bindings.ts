import type { JsonObject } from '@nitka/core';
import type { EventMap, Tracker } from './api.ts';

/** `undefined`: not known yet. `null`: nobody is logged in. */
export type UserId = string | number | null | undefined;

/** What tells two calls of a component apart. Never throws, whatever the page passes. */
export const keyOf = (...args: unknown[]): string => {
  try {
    return JSON.stringify(args);
  } catch {
    return String(args[0]);
  }
};

/** Says each thing once, however often a component is drawn or mounted again. */
export const createOnce = (): ((key: string, say: () => void) => void) => {
  let said: string | undefined;
  return (key, say) => {
    if (said === key) return;
    said = key;
    say();
  };
};

/** Login and logout of the page's user, as a component sees them. */
export const createUserLink = <Events extends EventMap>(
  tracker: Tracker<Events>,
): ((userId: UserId, traits?: JsonObject) => void) => {
  const once = createOnce();
  let isKnown = false;
  return (userId, traits) => {
    if (userId === undefined) return;
    once(keyOf(userId, traits), () => {
      if (userId !== null) tracker.identify(userId, traits);
      else if (isKnown) tracker.reset();
      isKnown = userId !== null;
    });
  };
};
