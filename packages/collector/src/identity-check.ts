import { createHmac, timingSafeEqual } from 'node:crypto';
import { judgeClaims, splitToken, type IdentityVerdict } from '@nitka/core';

/** An event's claim of who the visitor is, and the token that is to prove it. */
export interface IdentityClaim {
  readonly token: unknown;
  readonly userId: string | null;
  readonly anonymousId: string | null;
}

/**
 * Whether the site's own server vouches for the user that a page names (`signIdentity` of `@nitka/node`). What it does not
 * vouch for stays what everything from a public write key is: a claim.
 *
 * @param now milliseconds since 1970, by the collector's own clock: what the page says of the time could be a lie, too
 */
export const checkIdentity = (
  secret: string,
  { token, userId, anonymousId }: IdentityClaim,
  now: number,
): IdentityVerdict => {
  const parts = splitToken(token);
  if (!parts) return 'forged';
  const expected = createHmac('sha256', secret).update(parts.signed).digest();
  const given = Buffer.from(parts.signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged';
  const json = Buffer.from(parts.claims, 'base64url').toString('utf8');
  const shown = { userId: userId ?? '', ...(anonymousId !== null && { anonymousId }) };
  return judgeClaims(json, shown, now)?.verdict ?? 'forged';
};
