import type { EventContext, JsonObject } from '@nitka/core';
import { cleanUrl } from './page-url.ts';
import type { TextStore } from './storage/text-store.ts';

/** Reads where the page is. The referrer of a view inside a single-page app is the caller's to give. */
export const createPageReader = ({ document, location }: Window): (() => JsonObject) => {
  let href: string | undefined;
  let url: URL | null;
  let referrer: string | undefined;
  return () => {
    if (href !== location.href) {
      href = location.href;
      url = cleanUrl(href);
      referrer = cleanUrl(document.referrer)?.href;
    }
    return { url: url?.href, path: url?.pathname, search: url?.search, title: document.title, referrer };
  };
};

/** What does not change while the page is open. */
export const readDevice = ({ navigator, screen, devicePixelRatio }: Window): EventContext => ({
  locale: navigator.language,
  userAgent: navigator.userAgent,
  screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
});

const keyOfZone = (): string => `z${new Date().getTimezoneOffset()}`;

/** The name of the time zone, where `Temporal` gives it or an earlier page of this offset has learnt it. */
export const readTimezone = (store: TextStore): string | null => {
  const { Temporal } = globalThis as { Temporal?: { Now: { timeZoneId(): string } } };
  return Temporal?.Now.timeZoneId() ?? store.get(keyOfZone());
};

/**
 * Asks `Intl` for what {@link readTimezone} does not know. The first use of `Intl` on a page makes lists of all locales and
 * takes longer than all the rest of a start, whatever is asked: nothing to do while the page is looked at.
 */
export const learnTimezone = (store: TextStore): void => {
  if (!readTimezone(store)) store.set(keyOfZone(), Intl.DateTimeFormat().resolvedOptions().timeZone);
};
