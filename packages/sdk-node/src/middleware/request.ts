import type { EventContext, JsonObject } from '@nitka/core';

/** What the framework's request says, in one shape. */
export interface RequestView {
  header(name: string): string | undefined;
  /** Absolute where the host is known, or the path. */
  readonly url: string;
  readonly isHttps: boolean;
  readonly ip: string | undefined;
}

/** A request of Express, Fastify, Node's own server, or the Web's `Request`: as much of it as is needed. */
export interface AnyRequest {
  readonly headers: object;
  readonly url?: string | undefined;
}

interface Known {
  readonly headers: { get?: (name: string) => string | null } & Record<string, string | string[] | undefined>;
  readonly url?: string;
  /** Express: the url as it was before routers cut it. */
  readonly originalUrl?: string;
  /** Express and Fastify: under their own rules of trusting proxies. */
  readonly protocol?: string;
  readonly ip?: string;
  readonly socket?: { readonly remoteAddress?: string; readonly encrypted?: boolean };
}

const headerOf =
  (headers: Known['headers']) =>
  (name: string): string | undefined => {
    if (typeof headers.get === 'function') return headers.get(name) ?? undefined;
    const value = headers[name];
    return Array.isArray(value) ? value.join('; ') : value;
  };

const withoutMapping = (ip: string | undefined): string | undefined => ip?.replace(/^::ffff:(?=\d+\.)/, '');

export const viewOf = (request: AnyRequest | Request): RequestView => {
  const known = request as unknown as Known;
  const header = headerOf(known.headers);
  const path = known.originalUrl ?? known.url ?? '/';
  const isAbsolute = /^https?:\/\//.test(path);
  const isHttps = isAbsolute
    ? path.startsWith('https:')
    : known.protocol === 'https' || known.socket?.encrypted === true;
  const host = header('host');
  return {
    header,
    url: isAbsolute || !host ? path : `${isHttps ? 'https' : 'http'}://${host}${path}`,
    isHttps,
    ip: withoutMapping(known.ip ?? known.socket?.remoteAddress),
  };
};

/** True for a page that the visitor goes to, as against its parts and its scripts' requests. */
export const isDocument = ({ header }: RequestView): boolean => {
  const target = header('sec-fetch-dest');
  return target ? target === 'document' : (header('accept') ?? '').includes('text/html');
};

/** Loaded ahead by the browser: the visitor may never come. */
export const isPrefetch = ({ header }: RequestView): boolean =>
  /prefetch|prerender/i.test(`${header('sec-purpose') ?? ''} ${header('purpose') ?? ''}`);

/** Queries hold searches and sometimes personal data: only the campaign is taken out of them. */
const pageOf = (
  address: string | undefined,
): { page: JsonObject; campaign?: Record<string, string> } | undefined => {
  if (!address || !URL.canParse(address)) return undefined;
  const { origin, pathname, searchParams } = new URL(address);
  const campaign: Record<string, string> = {};
  for (const [name, value] of searchParams) {
    if (name.startsWith('utm_') && value) campaign[name === 'utm_campaign' ? 'name' : name.slice(4)] = value;
  }
  return {
    page: { path: pathname, url: origin + pathname },
    ...(Object.keys(campaign).length > 0 && { campaign }),
  };
};

/**
 * The context of an event that a request caused. For a page's own request the page is its address, for a request that a
 * page's script made it is the page, which the Referer names.
 */
export const requestContext = (view: RequestView): EventContext => {
  const referrer = pageOf(view.header('referer'));
  const shown = isDocument(view) ? pageOf(view.url) : referrer;
  const from = isDocument(view) ? (referrer?.page['url'] as string | undefined) : undefined;
  const userAgent = view.header('user-agent');
  const locale = view.header('accept-language')?.split(/[,;]/)[0]?.trim();
  return {
    ...(shown && { ...shown, page: { ...shown.page, ...(from && { referrer: from }) } }),
    ...(view.ip && { ip: view.ip }),
    ...(userAgent && { userAgent }),
    ...(locale && locale !== '*' && { locale }),
  };
};
