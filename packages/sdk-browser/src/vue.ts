import type { JsonObject } from '@nitka/core';
import { onMounted, toValue, watch, type MaybeRefOrGetter } from 'vue';
import type { EventMap, Tracker } from './api.ts';
import { createOnce, createUserLink, keyOf, type UserId } from './bindings.ts';

export type { UserId } from './bindings.ts';

export interface Composables<Events extends EventMap = EventMap> {
  /**
   * Sends the event when the component is mounted, and again only when name or properties differ. Each may be a value, a
   * ref or a getter. Without a name it sends nothing.
   *
   * @example useTrack('Product Viewed', () => ({ sku: props.sku }));
   */
  useTrack<Name extends keyof Events & string>(
    event: MaybeRefOrGetter<Name | false | null | undefined | ''>,
    properties?: MaybeRefOrGetter<Events[Name] | undefined>,
    context?: MaybeRefOrGetter<JsonObject | undefined>,
  ): void;
  /**
   * Identifies the user that is logged in, and resets at logout: when the id becomes null after it was known here.
   * `undefined` means that it is not known yet.
   *
   * @example useUser(() => session.value?.userId ?? null);
   */
  useUser(userId: MaybeRefOrGetter<UserId>, traits?: MaybeRefOrGetter<JsonObject | undefined>): void;
}

/** Runs the task once the component is mounted, which a server never does, and when what it reads has changed. */
const whenMounted = (read: () => unknown[], task: () => void): void =>
  onMounted(() => void watch(() => keyOf(...read()), task, { immediate: true }));

/**
 * Composables of a tracker, with the types of its events.
 *
 * @example
 * export const tracker = createTracker<Events>({ writeKey: 'shop-web', endpoint: 'https://shop.example/t' });
 * export const { useTrack, useUser } = createComposables(tracker);
 */
export const createComposables = <Events extends EventMap>(
  tracker: Tracker<Events>,
): Composables<Events> => ({
  useTrack(event, properties, context) {
    const once = createOnce();
    const read = () => [toValue(event), toValue(properties), toValue(context)] as const;
    whenMounted(
      () => [...read()],
      () => {
        const [name, fields, more] = read();
        if (name) once(keyOf(name, fields, more), () => tracker.track(name, fields, more));
      },
    );
  },

  useUser(userId, traits) {
    const link = createUserLink(tracker);
    whenMounted(
      () => [toValue(userId), toValue(traits)],
      () => link(toValue(userId), toValue(traits)),
    );
  },
});
