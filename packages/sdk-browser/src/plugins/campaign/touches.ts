import { toJson, type Touch } from '@nitka/core';
import { attempt } from '../../attempt.ts';
import { cleanUrl } from '../../page-url.ts';
import type { TextStore } from '../../storage/text-store.ts';
import { isSameSite } from '../parts/site.ts';

/**
 * Click ids by parameter name. Most end alike (`yclid`, `ysclid`, `gclid`, `fbclid`, `msclkid`, `irclickid`,
 * `rb_clickid` …); the others are Google's, Pinterest's, LinkedIn's, Snap's, Reddit's, the Russian advertising register's
 * (`erid`), Roistat's, Calltouch's, Admitad's, LiveInternet's openstat and those of affiliate networks.
 * https://support.google.com/google-ads/answer/9744275 https://yandex.com/support/direct/statistics/url-tags.html
 */
const clickId =
  /^(\w*cl(k|ick_?)?id|[gw]braid|gclsrc|gad_\w+|srsltid|epik|li_fat_id|sc_?cid|rdt_cid|erid|roistat|calltouch_tm|admitad_uid|_openstat|dicbo|vmcid|mc_eid|wickedid|igsh(id)?|tduid|cjevent|awc|ttd_id|tblci)$/i;

export interface Touches {
  /** This page's utm parameters, as Segment's `context.campaign`. */
  readonly utm: Record<string, string> | undefined;
  /** First and last touch; written when an event is made, not before. */
  touches(store: TextStore, key: string): { first: Touch; last: Touch };
}

/** @param now milliseconds */
export const createTouches = (
  { location, document }: Window,
  now: number,
  moreClickIds: readonly string[] = [],
): Touches => {
  const landing = cleanUrl(location.href);
  const from = cleanUrl(document.referrer);
  const place = (url: URL | null): string | undefined => url?.origin && url.origin + url.pathname;
  let utm: Record<string, string> | undefined;
  let clickIds: Record<string, string> | undefined;
  landing?.searchParams.forEach((text, name) => {
    const value = text.slice(0, 500);
    if (!value) return;
    if (name.startsWith('utm_')) (utm ??= {})[name === 'utm_campaign' ? 'name' : name.slice(4)] = value;
    else if (clickId.test(name) || moreClickIds.includes(name)) (clickIds ??= {})[name] = value;
  });
  const referrer = isSameSite(from?.hostname ?? '', location.hostname) ? undefined : place(from);
  const touch = {
    campaign: utm,
    clickIds,
    referrer,
    landingPage: place(landing),
    at: new Date(now).toISOString(),
  };
  let isNew = !!(utm ?? clickIds ?? referrer);

  return {
    utm,

    touches(store, key) {
      // Edited by hand: starts anew.
      const kept = attempt(() => JSON.parse(store.get(key)!) as { first?: Touch; last?: Touch } | null);
      const first = kept?.first ?? touch;
      const last = isNew ? touch : (kept?.last ?? first);
      if (isNew || !kept?.first) store.set(key, toJson({ first, last }));
      isNew = false;
      return { first, last };
    },
  };
};
