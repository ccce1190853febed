import { domainToASCII } from 'node:url';
import { readEmail, readPhone } from '@nitka/core';
import type { FieldKinds } from './fields.ts';

export type PersonalKind = 'phone' | 'email' | 'other';

/** What stands in for a personal value, or null to leave it. `hashed` values are a client's own SHA-256, in hex. */
export type Replace = (kind: PersonalKind, value: string, hashed: boolean) => string | null;

/** Every part is bounded, so that a hostile text costs no more than its length. `logo@2x.png` and `package@1.2.30` are none. */
const email =
  /[^\s"'<>()[\]{},;:=&?/\\@%#]{1,64}(?:@|%40)(?!\dx\.(?:png|jpe?g|webp|svg|gif)\b)[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}\.\p{L}[\p{L}\p{N}-]{1,62}/giu;

/** With its plus, or as people write a Russian one. A bare run of digits may be an order. */
const phone =
  /(?<![\p{L}\p{N}_+])(?:\+|%2b)\d(?:[\s\u00a0().-]{0,3}\d){9,14}(?!\d)|(?<![\p{L}\p{N}_+])[78][\s\u00a0-]?\(\d{3,5}\)(?:[\s\u00a0-]?\d){5,7}(?!\d)/giu;

const parameter = /([^?&#=;\s]{1,64})=([^&#;\s]{1,200})/g;

/** Normalised, where it is what its field says. */
export const readValue = (kind: PersonalKind, text: string): string =>
  (kind === 'phone' ? readPhone(text) : kind === 'email' ? readEmail(text, domainToASCII) : null) ??
  text.trim();

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

const replaceParameters = (text: string, kinds: FieldKinds, replace: Replace): string =>
  text.replace(parameter, (whole, name: string, raw: string) => {
    const kind = kinds.of(decoded(name));
    // A plus in front of digits is a plus that was not escaped, not a space.
    const value = decoded(raw).replace(/^ (?=\d)/, '+');
    const phoneLike = kind === 'phone' || (kind === 'maybe-phone' && readPhone(value) !== null);
    const personal: PersonalKind | null =
      phoneLike ? 'phone' : kind === 'email' || kind === 'other' ? kind : null; // prettier-ignore
    const stand = personal && replace(personal, readValue(personal, value), false);
    return stand === null ? whole : `${name}=${stand}`;
  });

/** Replaces what is personal inside of a text: addresses, phones that are written as such, and parameters of a URL by their names. */
export const replaceInText = (text: string, kinds: FieldKinds, replace: Replace): string => {
  let result = text;
  if (result.includes('=')) result = replaceParameters(result, kinds, replace);
  if (result.includes('@') || result.includes('%40')) {
    result = result.replace(email, (found) => {
      const address = readEmail(found.replace(/%40/i, '@'), domainToASCII);
      return (address && replace('email', address, false)) ?? found;
    });
  }
  if (/[+(]|%2b/i.test(result)) {
    result = result.replace(phone, (found) => {
      const number = readPhone(found.replace(/^%2b/i, '+'));
      return (number && replace('phone', number, false)) ?? found;
    });
  }
  return result;
};

/** The kind of an id that is a phone or an address in truth, as some shops have it; null if it is none. */
export const kindOfId = (id: string): 'phone' | 'email' | null => {
  if (id.includes('@')) return readEmail(id, domainToASCII) === null ? null : 'email';
  const phoneLike = /^(?:\+|[78][\s(]{0,2}9)/.test(id);
  return phoneLike && readPhone(id) !== null ? 'phone' : null;
};
