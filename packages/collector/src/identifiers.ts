import { domainToASCII } from 'node:url';
import { normaliseEmail, normalisePhone } from '@nitka/core';
// The smaller metadata of the package's root accept numbers with a digit lost, such as 8999555111.
import { isValidPhoneNumber } from 'libphonenumber-js/max';

export interface Identifiers {
  readonly phone: string | null;
  readonly email: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

const sha256Hex = /^[0-9a-f]{64}$/i;

const phoneOf = (fields: Fields): string | null => {
  if (fields['phone'] !== undefined && fields['phone'] !== null) {
    const phone = normalisePhone(fields['phone']);
    if (phone && isValidPhoneNumber(phone)) return phone;
  }
  return hashed(fields['phoneSha256']);
};

const emailOf = (fields: Fields): string | null =>
  (fields['email'] === undefined || fields['email'] === null
    ? null
    : normaliseEmail(fields['email'], domainToASCII)) ?? hashed(fields['emailSha256']);

/** A client that hashes its identifiers says so in the field's name. */
const hashed = (value: unknown): string | null =>
  typeof value === 'string' && sha256Hex.test(value) ? `sha256:${value.toLowerCase()}` : null;

/**
 * The first phone and the first e-mail of the objects that may hold them, normalised; null where there is none of a person.
 * The operator's policy (plain, token, hash) takes its place around this function.
 */
export const findIdentifiers = (...places: readonly unknown[]): Identifiers => {
  let phone: string | null = null;
  let email: string | null = null;
  for (const place of places) {
    if (typeof place !== 'object' || place === null) continue;
    phone ??= phoneOf(place as Fields);
    email ??= emailOf(place as Fields);
  }
  return { phone, email };
};
