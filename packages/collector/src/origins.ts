import type { SourceConfig } from './config.ts';

/** `listed` pages may use cookies, `any` ones (a `*` in the list) may not. */
export type OriginVerdict = 'listed' | 'any' | 'refused';

const matches = (entry: string, origin: string): boolean => {
  if (!entry.includes('*')) return entry.toLowerCase() === origin;
  const [scheme = '', host = ''] = entry.toLowerCase().split('://*.');
  // The part before the domain is one or more labels: `https://*.shop.example` is not `https://evilshop.example`.
  return origin.startsWith(`${scheme}://`) && origin.endsWith(`.${host}`);
};

/** What an origin may do at any of the sources: all that a preflight can ask, since it carries no write key. */
export const judgeOrigin = (
  origin: string,
  sources: readonly Pick<SourceConfig, 'origins'>[],
): OriginVerdict => {
  const lower = origin.toLowerCase();
  let any = false;
  for (const { origins } of sources) {
    for (const entry of origins) {
      if (entry === '*') any = true;
      else if (matches(entry, lower)) return 'listed';
    }
  }
  return any ? 'any' : 'refused';
};

/** True if the page is on the host that the request went to: the collector behind a path of the site itself. */
export const isSameHost = (origin: string, host: string | undefined): boolean => {
  try {
    return host !== undefined && new URL(origin).host === host.toLowerCase();
  } catch {
    return false;
  }
};

/** Whether a page may send with the key of this source. Requests of no page (apps, servers) carry no origin. */
export const mayUse = (
  source: SourceConfig,
  origin: string | undefined,
  host: string | undefined,
): OriginVerdict => {
  if (origin === undefined) return 'listed';
  // A secret key in a page is a secret no longer.
  if (source.kind === 'server') return 'refused';
  return isSameHost(origin, host) ? 'listed' : judgeOrigin(origin, [source]);
};
