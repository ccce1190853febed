import { cleanUrl } from '../page-url.ts';
import type { JsonObject } from '@nitka/core';
import type { Plugin } from '../plugin.ts';
import { soon } from './parts/guard.ts';
import { watchEngagement } from './page-views/engagement.ts';
import { watchLocation } from './page-views/location.ts';

export interface PageViewsOptions {
  /**
   * Counts each change of the fragment as a page. Fragments that are routes (`#/…`, `#!…`) always count.
   * @default false
   */
  hash?: boolean;
  /**
   * Milliseconds to wait for the title of a page inside a single-page app, if it does not change before.
   * @default 1000
   */
  settle?: number;
  /**
   * Counts a page that comes back from the back/forward cache.
   * @default true
   */
  restored?: boolean;
  /**
   * Sends `Page Left` with the milliseconds during which the page was visible and had the focus: since the last
   * `Page Left` of the same page, so that they add up.
   * @default true
   */
  engagement?: boolean;
}

type Address = Pick<URL, 'href' | 'pathname' | 'search' | 'hash'>;

/** Milliseconds from one look at the title to the next. */
const glance = 50;

/**
 * A page event for the page as it loads, when a prerendered one is shown, and for each page inside a single-page app.
 * What replaces its own address, or only the query of it, shows no other page
 * (https://github.com/umami-software/umami/issues/2461).
 *
 * @example createTracker({ writeKey, endpoint, plugins: [pageViews({ hash: true })] })
 */
export const pageViews =
  ({ hash = false, settle = 1000, restored = true, engagement = true }: PageViewsOptions = {}): Plugin =>
  (host) => {
    const { window } = host;
    const { document, location } = window;
    let takeStay: (leaving?: boolean) => number;
    let stopWatching: (() => void) | undefined;
    let current: Address;
    let shown: JsonObject | undefined;
    let timer: number | undefined;
    /** Sends the page that still waits for its title. */
    let settleNow: (() => void) | undefined;

    /** Without the query where that cannot be cleaned: a page of no web server, or with another `URL`. */
    const address = (): Address => {
      const { origin, pathname } = location;
      const url = cleanUrl(location.href);
      if (!url) return { href: origin + pathname, pathname, search: '', hash: '' };
      if (hash) url.hash = location.hash;
      return url;
    };

    const leave = (leaving?: boolean): void => {
      settleNow?.();
      const engagementTime = takeStay(leaving);
      if (engagement && shown && engagementTime) host.track('Page Left', { engagementTime }, { page: shown });
    };

    const view = (referrer?: string, oldTitle?: string): void => {
      let left = settle;
      const send = (): void => {
        stop();
        const { href: url, pathname: path, search } = current;
        shown = { url, path, search, title: document.title, referrer };
        host.page(undefined, shown, referrer === undefined ? referrer : { page: shown });
      };
      /** Frameworks set the title after the address, some never. */
      const look = (): void => {
        if (left <= 0 || (document.title && document.title !== oldTitle)) return send();
        left -= glance;
        timer = window.setTimeout(look, glance);
      };
      current = address();
      settleNow = send;
      look();
    };

    const stop = (): void => {
      settleNow = undefined;
      window.clearTimeout(timer);
    };

    const changed = (replaced: boolean): void => {
      const before = current;
      const now = address();
      if (now.href === before.href) return;
      if (replaced && (settleNow || (now.pathname === before.pathname && now.hash === before.hash))) {
        // A redirect before the page was told of, or a filter that writes itself into the query.
        current = now;
        return;
      }
      const title = document.title;
      leave();
      view(before.href, title);
    };

    const start = (): void => {
      takeStay = watchEngagement(host);
      view();
      stopWatching = watchLocation(host, changed);
      host.onLeave(() => leave(true));
      host.listen(window, 'pageshow', (event) => {
        if (restored && (event as PageTransitionEvent).persisted) view();
      });
    };

    // A prerendered page is a guess of the browser: https://developer.chrome.com/docs/web-platform/prerender-pages
    if ((document as Document & { prerendering?: boolean }).prerendering) {
      host.listen(document, 'prerenderingchange', start, { once: true });
    } else soon(host, start);

    return () => {
      stop();
      stopWatching?.();
    };
  };
