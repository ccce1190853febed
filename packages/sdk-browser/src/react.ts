import type { JsonObject } from '@nitka/core';
import { useEffect, useRef } from 'react';
import type { EventMap, Tracker } from './api.ts';
import { createOnce, createUserLink, keyOf, type UserId } from './bindings.ts';

export type { UserId } from './bindings.ts';

export interface Hooks<Events extends EventMap = EventMap> {
  /**
   * Sends the event when the component is first shown, and again only when name or properties differ. Without a name it
   * sends nothing, so that the hook need not be called conditionally.
   *
   * @example useTrack(product && 'Product Viewed', { sku: product?.sku });
   */
  useTrack<Name extends keyof Events & string>(
    event: Name | false | null | undefined | '',
    properties?: Events[Name],
    context?: JsonObject,
  ): void;
  /**
   * Identifies the user that is logged in, and resets at logout: when the id becomes null after it was known here.
   * `undefined` means that it is not known yet.
   *
   * @example useUser(session.isLoading ? undefined : (session.user?.id ?? null), { email: session.user?.email });
   */
  useUser(userId: UserId, traits?: JsonObject): void;
}

/**
 * Hooks of a tracker, with the types of its events. They work in effects, so a server sends nothing; StrictMode and
 * Fast Refresh, which run effects again, send nothing twice.
 *
 * @example
 * export const tracker = createTracker<Events>({ writeKey: 'shop-web', endpoint: 'https://shop.example/t' });
 * export const { useTrack, useUser } = createHooks(tracker);
 */
export const createHooks = <Events extends EventMap>(tracker: Tracker<Events>): Hooks<Events> => ({
  useTrack(event, properties, context) {
    const once = useRef<ReturnType<typeof createOnce>>(undefined);
    const key = keyOf(event, properties, context);
    useEffect(() => {
      if (event) (once.current ??= createOnce())(key, () => tracker.track(event, properties, context));
      // The key holds all that is sent: objects made anew at each render are equal by it.
    }, [key]);
  },

  useUser(userId, traits) {
    const link = useRef<ReturnType<typeof createUserLink>>(undefined);
    useEffect(() => {
      (link.current ??= createUserLink(tracker))(userId, traits);
    }, [keyOf(userId, traits)]);
  },
});
