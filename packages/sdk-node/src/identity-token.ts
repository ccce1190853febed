import { claimsOf, judgeClaims, NitkaError, signedPartOf, splitToken, type Identity } from '@nitka/core';

export type { Identity } from '@nitka/core';

export interface IdentityTokenOptions {
  /** Shared by the site's server and whoever verifies, at least 32 characters. Never the write key. */
  readonly secret: string;
  /** Seconds that the token is good for. @default 300 */
  readonly lifetime?: number;
  /** Milliseconds since 1970. @default Date.now() */
  readonly now?: number;
}

const encodeBytes = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

const decodeBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));

const keyOf = (secret: string, use: 'sign' | 'verify') => {
  if (typeof secret !== 'string' || secret.length < 32) {
    throw new NitkaError('invalid_option', 'the secret of identity tokens needs at least 32 characters');
  }
  return crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    [use],
  );
};

/**
 * A short-lived proof (HMAC-SHA256) that the site's server knows who is logged in. The page gives it to its
 * `identify()` in `context.identityToken`, and the claim of a public write key can be told from a lie.
 *
 * @throws NitkaError `invalid_option`, `invalid_call`
 */
export const signIdentity = async (identity: Identity, options: IdentityTokenOptions): Promise<string> => {
  const { lifetime = 300, now = Date.now() } = options;
  if (typeof identity.userId !== 'string' || identity.userId === '') {
    throw new NitkaError('invalid_call', 'a token needs a userId, a text');
  }
  if (!Number.isFinite(lifetime) || lifetime <= 0) {
    throw new NitkaError('invalid_option', 'lifetime must be a number of seconds above 0');
  }
  const key = await keyOf(options.secret, 'sign');
  const { userId } = identity;
  // Null where `forRequest` knows no visitor: the token is then good for any.
  const anonymousId = identity.anonymousId ?? undefined;
  const claims = claimsOf({ userId, ...(anonymousId && { anonymousId }) }, now + lifetime * 1000);
  const signed = signedPartOf(encodeBytes(new TextEncoder().encode(claims)));
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(signed));
  return `${signed}.${encodeBytes(new Uint8Array(signature))}`;
};

/**
 * Whom a token vouches for; null if it is forged, expired, or of another visitor.
 *
 * @param anonymousId the visitor that shows the token
 * @throws NitkaError `invalid_option`
 */
export const verifyIdentity = async (
  token: unknown,
  options: IdentityTokenOptions & { readonly anonymousId?: string },
): Promise<Identity | null> => {
  const key = await keyOf(options.secret, 'verify');
  const parts = splitToken(token);
  if (!parts) return null;
  const { signed, signature, claims } = parts;
  try {
    // Compares in constant time.
    const isSigned = await crypto.subtle.verify(
      'HMAC',
      key,
      decodeBytes(signature),
      new TextEncoder().encode(signed),
    );
    if (!isSigned) return null;
    const json = new TextDecoder().decode(decodeBytes(claims));
    const judged = judgeClaims(json, { anonymousId: options.anonymousId }, options.now ?? Date.now());
    return judged?.verdict === 'verified' ? judged.identity : null;
  } catch {
    // base64 that is cut off in the middle of a byte.
    return null;
  }
};
