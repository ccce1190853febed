import { readCookies } from './storage/cookie.ts';

/**
 * Cookies of other systems: Google, Meta, Metrika, Roistat, Calltouch, CoMagic, Mindbox, Bitrix24, VK (Top.Mail.Ru),
 * TikTok, Carrot quest, Jivo, amoCRM.
 */
const known =
  /^(_ga(_\w+)?|_gcl_aw|_fb[pc]|_ym_uid|roistat_visit|_ct_(client_global|session)_id|_comagic_id\w*|_cmg_csst\w*|mindboxDeviceUUID|BITRIX_SM_GUEST_ID|BX_USER_ID|b24_\w+|tmr_lvid|_ttp|carrotquest_uid|jv_visits_count_\w+|amo_visitor_uid)$/;

/** Ids of other systems that the page's script can read, as they are: strings, since `_ym_uid` exceeds 2^53. */
export const readExternalIds = (document: Document): Record<string, string> =>
  Object.fromEntries(
    readCookies(document).filter(([name, value]) => known.test(name) && value && value.length < 300),
  );
