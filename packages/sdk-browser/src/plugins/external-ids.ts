import type { Plugin } from '../plugin.ts';
import { readCookies } from '../storage/cookie.ts';

export interface ExternalIdsOptions {
  /** Names of further cookies to read. */
  cookies?: readonly string[];
}

/**
 * Google (Analytics, Ads), Meta, TikTok, Yandex Metrika, Roistat, Calltouch, CoMagic (with the counter's code at the
 * end), Mindbox, Bitrix (its prefix is the site's to choose) and Bitrix24, VK (Top.Mail.Ru), Tilda, Carrot quest,
 * Retail Rocket, Flocktory, amoCRM, AdRiver. Collected from cookies that real sites were seen with; documented are
 * https://support.google.com/analytics/answer/11397207 https://yandex.com/support/metrica/general/cookie-usage.html
 * https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/fbp-and-fbc
 */
const known =
  /^(_ga(_\w+)?|_gcl_\w+|_fb[pc]|_ttp|_ym_(uid|d)|roistat_(first_)?visit|_ct(_ids|_(client_global|session|site)_id)?|_(comagic_id|cmg_csst)[\w-]*|mindboxDeviceUUID|\w+_(GUEST_ID|SALE_UID)|BX_USER_ID|b24_crm_\w+|tmr_lvid|domain_sid|tildauid|carrotquest_uid|rrpvid|flocktory-uuid|amo_visitor_uid|adrcid)$/;

/** Ids of other systems that the page's script can read, as they are: texts, since `_ym_uid` exceeds 2^53. */
export const readExternalIds = (document: Document, more: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(
    readCookies(document).filter(
      ([name, value]) => (known.test(name) || more.includes(name)) && value && value.length < 300,
    ),
  );

/**
 * Puts the ids by which other systems know the visitor into `context.externalIds` of each event.
 *
 * @example createTracker({ writeKey, endpoint, plugins: [externalIds({ cookies: ['crm_guest'] })] })
 */
export const externalIds =
  ({ cookies }: ExternalIdsOptions = {}): Plugin =>
  (host) => {
    let at = -Infinity;
    let ids: Record<string, string> = {};
    host.enrich(() => {
      // Reading cookies may block the page for milliseconds: not for each event of a burst.
      const now = Date.now();
      if (Math.abs(now - at) > 1000) {
        at = now;
        ids = readExternalIds(host.window.document, cookies);
      }
      return { externalIds: ids };
    });
  };
