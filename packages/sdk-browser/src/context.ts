import type { EventContext, JsonObject } from '@nitka/core';
import { cleanUrl } from './page-url.ts';

/** Where the page is now. The referrer of a view inside a single-page app is the caller's to give. */
export const readPage = ({ document, location }: Window): JsonObject => {
  const url = cleanUrl(location.href);
  return {
    url: url?.href,
    path: url?.pathname,
    search: url?.search,
    title: document.title,
    referrer: cleanUrl(document.referrer)?.href,
  };
};

/** What does not change while the page is open. */
export const readDevice = ({
  navigator,
  screen,
  innerWidth,
  innerHeight,
  devicePixelRatio,
}: Window): EventContext => ({
  locale: navigator.language,
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  userAgent: navigator.userAgent,
  screen: { width: screen.width, height: screen.height, density: devicePixelRatio, innerWidth, innerHeight },
});
