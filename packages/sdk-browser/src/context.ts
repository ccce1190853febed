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

/**
 * The name of the time zone. Without `Temporal` asked of `Intl`, once for each offset: its first use on a page loads ICU data
 * and takes longer than all the rest of a start.
 */
export const readTimezone = (store: TextStore): string => {
  const { Temporal } = globalThis as { Temporal?: { Now: { timeZoneId(): string } } };
  const key = `z${new Date().getTimezoneOffset()}`;
  let zone = Temporal?.Now.timeZoneId() ?? store.get(key);
  if (!zone) store.set(key, (zone = Intl.DateTimeFormat().resolvedOptions().timeZone));
  return zone;
};
