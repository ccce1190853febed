import { NitkaError } from '@nitka/core';

/** What a site's server vouches for. */
export interface Identity {
  /** Who is logged in. */
  readonly userId: string;
  /** The visitor that this holds for; a token that was carried to another visitor is then refused. */
  readonly anonymousId?: string;
}

export interface IdentityTokenOptions {
  /** Shared by the site's server and whoever verifies, at least 32 characters. Never the write key. */
  readonly secret: string;
  /** Seconds that the token is good for. @default 300 */
  readonly lifetime?: number;
  /** Milliseconds since 1970. @default Date.now() */
  readonly now?: number;
}

/** Raised when the form changes; a part of what is signed. */
const prefix = 'n1';

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
    throw new NitkaError('invalid_call', 'a token needs a userId');
  }
  const key = await keyOf(options.secret, 'sign');
  const claims = { sub: identity.userId, aid: identity.anonymousId, exp: Math.floor(now / 1000) + lifetime };
  const signed = `${prefix}.${encodeBytes(new TextEncoder().encode(JSON.stringify(claims)))}`;
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
  const parts = typeof token === 'string' && token.length < 2000 ? token.split('.') : [];
  const [version, body = '', signature = ''] = parts;
  if (version !== prefix || parts.length !== 3 || !/^[\w-]+$/.test(body) || !/^[\w-]+$/.test(signature))
    return null;
  const bytes = new TextEncoder().encode(`${version}.${body}`);
  // Compares in constant time.
  if (!(await crypto.subtle.verify('HMAC', key, decodeBytes(signature), bytes))) return null;
  const { sub, aid, exp } = JSON.parse(new TextDecoder().decode(decodeBytes(body))) as {
    sub: string;
    aid?: string;
    exp: number;
  };
  if (exp * 1000 <= (options.now ?? Date.now())) return null;
  if (aid !== undefined && aid !== options.anonymousId) return null;
  return { userId: sub, ...(aid !== undefined && { anonymousId: aid }) };
};
