/** What a site's server vouches for. */
export interface Identity {
  /** Who is logged in. */
  readonly userId: string;
  /** The visitor that this holds for; a token that was carried to another visitor is then refused. */
  readonly anonymousId?: string;
}

/**
 * What a token says of a claim:
 * - `verified`: the site's server vouches for this user and this visitor.
 * - `forged`: not signed with the secret, or no token at all.
 * - `expired`: it was good once.
 * - `foreign`: it is good for another user or another visitor.
 */
export type IdentityVerdict = 'verified' | 'forged' | 'expired' | 'foreign';

interface SignedToken {
  /** What the signature is of. */
  readonly signed: string;
  /** base64url of an HMAC-SHA256. */
  readonly signature: string;
  /** base64url of the claims' JSON in UTF-8. */
  readonly claims: string;
}

/** Raised when the form changes; a part of what is signed. */
const prefix = 'n1';

/** Characters: a longer text is no token of ours, and need not be hashed. */
const longest = 2000;

const shape = /^n1\.([\w-]+)\.([\w-]+)$/;

/** @param claims base64url of {@link claimsOf} */
export const signedPartOf = (claims: string): string => `${prefix}.${claims}`;

/** @param expiresAt milliseconds since 1970 */
export const claimsOf = ({ userId, anonymousId }: Identity, expiresAt: number): string =>
  JSON.stringify({ sub: userId, aid: anonymousId, exp: Math.floor(expiresAt / 1000) });

/** The parts of a token, or null if it has not its form. */
export const splitToken = (token: unknown): SignedToken | null => {
  const [, claims, signature] =
    typeof token === 'string' && token.length < longest ? (shape.exec(token) ?? []) : [];
  return claims && signature ? { signed: signedPartOf(claims), signature, claims } : null;
};

interface Judged {
  readonly identity: Identity;
  readonly verdict: Exclude<IdentityVerdict, 'forged'>;
}

/**
 * Judges claims whose signature is right.
 *
 * @param json the claims' JSON
 * @param shown who shows the token, and the user that is claimed, where one is
 * @param now milliseconds since 1970, by the clock of who judges
 * @returns null if the claims are none
 */
export const judgeClaims = (
  json: string,
  shown: { readonly anonymousId?: string | undefined; readonly userId?: string | undefined },
  now: number,
): Judged | null => {
  let claims: { sub?: unknown; aid?: unknown; exp?: unknown } | null;
  try {
    claims = JSON.parse(json) as typeof claims;
  } catch {
    return null;
  }
  const { sub, aid, exp } = claims ?? {};
  if (typeof sub !== 'string' || typeof exp !== 'number') return null;
  const isForeign =
    (aid !== undefined && aid !== shown.anonymousId) || (shown.userId !== undefined && shown.userId !== sub);
  return {
    identity: { userId: sub, ...(typeof aid === 'string' && { anonymousId: aid }) },
    verdict: exp * 1000 <= now ? 'expired' : isForeign ? 'foreign' : 'verified',
  };
};
