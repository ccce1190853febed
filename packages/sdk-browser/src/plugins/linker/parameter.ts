import { isVisitorId } from '@nitka/core';

/** What a parameter is bound to, besides the id: a copy of it is worth nothing elsewhere. */
export interface Binding {
  /** Host of the page that the link leads to. */
  readonly host: string;
  readonly userAgent: string;
}

/** FNV-1a, 32 bits. It finds parameters that were cut, copied or mixed up; it is no secret, and no signature. */
const checksum = (text: string): string => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
};

const sumOf = (start: string, { host, userAgent }: Binding): string =>
  checksum([start, host, userAgent].join('\n'));

/** @param now milliseconds */
export const writeParameter = (id: string, now: number, binding: Binding): string => {
  const start = `${id}.${Math.floor(now / 1000).toString(36)}`;
  return `${start}.${sumOf(start, binding)}`;
};

/**
 * The id in a parameter, or undefined if it is not whole, not for this page and browser, or older than `lifetime`.
 *
 * @param now milliseconds; both pages run in one browser, so they have one clock
 * @param lifetime milliseconds
 */
export const readParameter = (
  text: string,
  now: number,
  lifetime: number,
  binding: Binding,
): string | undefined => {
  const [id = '', time = '', sum] = text.split('.');
  const age = now - parseInt(time, 36) * 1000;
  // A second more: the time is cut to seconds.
  return isVisitorId(id) && age >= 0 && age < lifetime + 1000 && sum === sumOf(`${id}.${time}`, binding)
    ? id
    : undefined;
};
