import { domainToASCII } from 'node:url';
import { blockedEmail, blockedPhone, isPlaceholder, readEmail, readPhone } from '@nitka/core';
import type { BlockedReason } from '@nitka/core';
// The smaller metadata of the package's root accept numbers with a digit lost, such as 8999555111.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Why a value stands in a field of identifiers and is none. `invalid`: it is no phone, or no address, at all. */
export type Blocked = BlockedReason | 'service' | 'role' | 'placeholder' | 'invalid' | 'forgotten';

export interface Identifiers {
  readonly phone: string | null;
  readonly email: string | null;
  /** What was passed over on the way; null where nothing was. */
  readonly blocked: Readonly<Record<string, Blocked>> | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** An identifier, or why the value is none; null where there is no value. */
export type Judged = { readonly value: string } | { readonly blocked: Blocked } | null;

const sha256Hex = /^[0-9a-f]{64}$/i;

/** Mailboxes of a company, not of a person: RFC 2142, and what Russian shops print on their pages. */
const roles = new Set(
  `abuse admin administrator accounting billing buh career careers contact contacts donotreply feedback ftp hello help helpdesk
   hostmaster hr info job jobs legal mailer-daemon manager marketing news newsletter noc noreply office order orders partner
   postmaster pr press privacy priem reception reklama root sales secretary security service shop subscribe support team
   unsubscribe usenet uucp vacancy webmaster www zakaz zakupki`.split(/\s+/),
);

const isText = (value: unknown): value is string | number =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');

export const judgePhone = (value: unknown): Judged => {
  if (!isText(value)) return null;
  if (isPlaceholder(value)) return { blocked: 'placeholder' };
  const phone = readPhone(value);
  if (phone === null) return { blocked: 'invalid' };
  const reason = blockedPhone(phone);
  if (reason) return { blocked: reason };
  const type = parsePhoneNumberFromString(phone)?.getType();
  if (type === undefined) return { blocked: 'invalid' };
  if (type === 'TOLL_FREE') return { blocked: 'toll_free' };
  const personal = !/^(PREMIUM_RATE|SHARED_COST|UAN|VOICEMAIL|PAGER)$/.test(type);
  return personal ? { value: phone } : { blocked: 'service' };
};

export const judgeEmail = (value: unknown): Judged => {
  if (typeof value !== 'string' || value.trim() === '') return null;
  if (isPlaceholder(value)) return { blocked: 'placeholder' };
  const address = readEmail(value, domainToASCII);
  if (address === null) return { blocked: 'invalid' };
  const reason = blockedEmail(address);
  if (reason) return { blocked: reason };
  return roles.has(address.slice(0, address.lastIndexOf('@'))) ? { blocked: 'role' } : { value: address };
};

/** A client that hashes its identifiers says so in the field's name. */
const hashed = (value: unknown): string | null =>
  typeof value === 'string' && sha256Hex.test(value) ? `sha256:${value.toLowerCase()}` : null;

const nothing: Identifiers = { phone: null, email: null, blocked: null };

/** The first phone and the first e-mail of the objects that may hold them, normalised; null where there is none of a person. */
export const findIdentifiers = (...places: readonly unknown[]): Identifiers => {
  let phone: string | null = null;
  let email: string | null = null;
  let blocked: Record<string, Blocked> | null = null;
  /** By name, not in a loop over both: most events have neither, and are through in a tenth of the time. */
  const see = (name: 'phone' | 'email', judged: Judged): string | null => {
    if (judged === null) return null;
    if ('value' in judged) return judged.value;
    (blocked ??= {})[name] ??= judged.blocked;
    return null;
  };
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index];
    if (typeof place !== 'object' || place === null) continue;
    const fields = place as Fields;
    if (phone === null) {
      const given = fields['phone'];
      if (given !== undefined) phone = see('phone', judgePhone(given));
      phone ??= hashed(fields['phoneSha256']);
    }
    if (email === null) {
      const given = fields['email'];
      if (given !== undefined) email = see('email', judgeEmail(given));
      email ??= hashed(fields['emailSha256']);
    }
  }
  return phone === null && email === null && blocked === null ? nothing : { phone, email, blocked };
};
