import type { Touch } from '@nitka/core';
import { cleanUrl } from './page-url.ts';
import type { TextStore } from './storage/text-store.ts';

/** Click ids by parameter name: Yandex, Google, Meta, Microsoft, VK, TikTok, X, Pinterest, LinkedIn, Snap and others. */
const clickId =
  /^(yclid|ysclid|ymclid|[gd]clid|gbraid|wbraid|gclsrc|dclid|fbclid|msclkid|vkclid|rb_clickid|ttclid|twclid|epik|li_fat_id|scclid|sccid|rdt_cid|roistat|calltouch_tm|admitad_uid|click_?id|irclickid|mc_eid|_openstat|qclid|wickedid|igshid|tduid|cjevent|awc|ttd_id|obclid|tblci)$/i;

/**
 * Another page of this site is no touch, and neither is another subdomain, as the visitor id is shared with it.
 * Without a public suffix list siblings are told by a second level longer than `co`, `com`, `msk`.
 */
const isSameSite = (a: string, b: string): boolean => {
  const [one, other] = [a, b].map((host) => `.${host.replace(/^www\./, '')}`) as [string, string];
  const sibling = /\.[^.]{4,}\.[^.]+$/;
  return (
    one.endsWith(other) ||
    other.endsWith(one) ||
    (!!sibling.exec(one) && sibling.exec(one)![0] === sibling.exec(other)?.[0])
  );
};

export interface Attribution {
  /** This page's utm parameters, as Segment's `context.campaign`. */
  readonly utm: Record<string, string> | undefined;
  /** First and last touch; written when an event is made, not before. */
  touches(): { first: Touch; last: Touch };
}

export const createAttribution = (page: Window, store: TextStore, key: string, now: number): Attribution => {
  const landing = cleanUrl(page.location.href);
  const from = cleanUrl(page.document.referrer);
  const campaign: Record<string, string> = {};
  const clickIds: Record<string, string> = {};
  landing?.searchParams.forEach((value, name) => {
    if (!value) return;
    if (name.startsWith('utm_')) campaign[name.slice(4)] = value.slice(0, 500);
    else if (clickId.test(name)) clickIds[name] = value.slice(0, 500);
  });
  const utm = Object.keys(campaign).length > 0 ? campaign : undefined;
  const clicks = Object.keys(clickIds).length > 0 ? clickIds : undefined;
  const isElsewhere = from && !isSameSite(from.hostname, page.location.hostname);
  const referrer = isElsewhere ? from.origin + from.pathname : undefined;
  const touch: Touch = {
    ...(utm && { campaign }),
    ...(clicks && { clickIds }),
    ...(referrer && { referrer }),
    ...(landing && { landingPage: landing.origin + landing.pathname }),
    at: new Date(now).toISOString(),
  };
  let isNew = !!(utm ?? clicks ?? referrer);

  return {
    utm,

    touches() {
      let kept: { first?: Touch; last?: Touch } | null | undefined;
      try {
        kept = JSON.parse(store.get(key)!) as { first?: Touch; last?: Touch } | null;
      } catch {
        // Edited by hand: starts anew.
      }
      const first = kept?.first ?? touch;
      const last = isNew ? touch : (kept?.last ?? first);
      if (isNew || !kept?.first) store.set(key, JSON.stringify({ first, last }));
      isNew = false;
      return { first, last };
    },
  };
};
