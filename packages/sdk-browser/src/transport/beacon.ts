import { attempt } from '../attempt.ts';

/**
 * Hands a body to the browser to send after the page has gone. The last resort: it has no answer, so its events
 * stay in storage and the next page sends them again; the collector removes duplicates.
 *
 * @returns false when the browser refused it
 */
export const sendBeacon = ({ navigator }: Window, url: string, body: string): boolean =>
  !!attempt(() => navigator.sendBeacon(url, body));
