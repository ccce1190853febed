import { readParameter } from './parameter.ts';

export interface ArrivalRules {
  readonly parameter: string;
  readonly lifetime: number;
  readonly isListed: (host: string) => boolean;
}

/**
 * The id that the page was opened with, if a listed site gave it. The parameter is taken out of the address in any case:
 * the visitor may copy it, and other scripts need not see it.
 *
 * The page before must be on a listed host. Its checksum a stranger can compute, its referrer a stranger cannot have.
 */
export const readArrival = (
  { document, history, location, navigator }: Window,
  { parameter, lifetime, isListed }: ArrivalRules,
): string | undefined => {
  try {
    const url = new URL(location.href);
    const text = url.searchParams.get(parameter);
    if (text === null) return;
    // Cut out of the text: writing all parameters anew would change how the others are encoded.
    const name = encodeURIComponent(parameter).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    url.search = url.search.replace(new RegExp(`([?&])${name}=[^&]*&?`, 'g'), '$1').replace(/[?&]$/, '');
    history.replaceState(history.state, '', url);
    if (!document.referrer || !isListed(new URL(document.referrer).hostname)) return;
    return readParameter(text, Date.now(), lifetime, { host: location.host, userAgent: navigator.userAgent });
  } catch {
    // A frame without an address, a history that refuses: as if nothing had been given.
    return;
  }
};
