/** Every value under a name in a Cookie header: a host may see one of its own and one of a parent domain. */
export const cookieValues = (header: string, name: string): string[] =>
  header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1).replace(/^"(.*)"$/, '$1'));

export interface CookieAttributes {
  readonly maxAgeSeconds: number;
  readonly isSecure: boolean;
  readonly isHttpOnly: boolean;
  readonly domain?: string | undefined;
}

/** A Set-Cookie header (RFC 6265bis §4.1). The value is an id or empty: nothing to escape. */
export const setCookie = (name: string, value: string, attributes: CookieAttributes): string => {
  const { maxAgeSeconds, isSecure, isHttpOnly, domain } = attributes;
  return [
    `${name}=${value}`,
    'Path=/',
    `Max-Age=${maxAgeSeconds}`,
    'SameSite=Lax',
    ...(isHttpOnly ? ['HttpOnly'] : []),
    ...(isSecure ? ['Secure'] : []),
    ...(domain ? [`Domain=${domain}`] : []),
  ].join('; ');
};

/** True for an answer that a shared cache may keep and give to other visitors, cookies and all (RFC 9111 §5.2.2). */
export const isShared = (cacheControl: string | null | undefined): boolean =>
  /(?:^|[\s,])(?:public|s-maxage\s*=\s*"?[1-9])/i.test(cacheControl ?? '') &&
  !/(?:^|[\s,])(?:private|no-store)/i.test(cacheControl ?? '');
