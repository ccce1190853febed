import { isPlaceholder, NitkaError, normaliseEmail, normalisePhone } from '@nitka/core';
import type { AnyCall } from './calls.ts';

const invalid = (detail: string): never => {
  throw new NitkaError('invalid_call', detail);
};

/** An id that `isPlaceholder` need not be asked about: none of its texts ends in such a digit. */
const endsLikeAnId = (text: string): boolean => {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0x32 && last <= 0x39;
};

/** @throws NitkaError `invalid_call` */
export const idOf = (value: unknown, field: string): string | undefined => {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && endsLikeAnId(value)) return value;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    return invalid(`${field} must be a text or an integer: one of more than 15 digits as a text`);
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
    return invalid(`${field} must be a text or an integer`);
  }
  // "undefined" and its like come from a template string, and would join strangers into one person.
  return isPlaceholder(value) ? undefined : String(value);
};

/** @throws NitkaError `invalid_call` */
export const nameOf = (value: unknown, field: string): string | undefined => {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : invalid(`${field} must be a text`);
};

/** @throws NitkaError `invalid_call` */
export const objectOf = (value: unknown, field: string): object | undefined => {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' && !Array.isArray(value) ? value : invalid(`${field} must be an object`);
};

/** JSON has no big integers: they become texts, so that not a digit is lost. */
const bigintAsText = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

const stringify = (value: object, field: string): string | undefined => {
  try {
    return JSON.stringify(value);
  } catch {
    try {
      return JSON.stringify(value, bigintAsText);
    } catch (error) {
      // The engine's own message spells out keys and constructors of the caller's object, no values.
      return invalid(`${field} cannot become JSON: ${error instanceof Error ? error.name : 'it throws'}`);
    }
  }
};

/**
 * The JSON object of a field.
 *
 * @throws NitkaError `invalid_call` where there is none, as of a Date, or of a `toJSON` that makes a number
 */
export const jsonOf = (value: object | undefined, field: string): string | undefined => {
  if (value === undefined) return undefined;
  const json = stringify(value, field);
  return json === undefined || json.startsWith('{') ? json : invalid(`${field} must become a JSON object`);
};

/**
 * ISO 8601 with a zone: without one a text means another moment on each machine. All else that JavaScript reads it reads its own way:
 * `10.11.2026` as the eleventh of October.
 */
const isoTime = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) ?(?:[Zz]|([+-]\d\d)(?::?(\d\d))?)$/;

const readTime = (text: string, field: string): Date => {
  const [, day, time, hours, minutes = '00'] = isoTime.exec(text) ?? [];
  if (!day) {
    return invalid(`${field} must be ISO 8601 with a zone, such as "2026-11-20T19:04:05+03:00"`);
  }
  const midnight = new Date(day);
  // JavaScript takes the 30th of February for a day of March.
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) {
    return invalid(`${field} has a day that is none`);
  }
  return new Date(`${day}T${time!.replace(',', '.')}${hours ? `${hours}:${minutes}` : 'Z'}`);
};

/**
 * ISO 8601, UTC, with milliseconds.
 *
 * @throws NitkaError `invalid_call`
 */
export const timeOf = (value: unknown, field: string): string => {
  const time = typeof value === 'string' ? readTime(value, field) : value;
  const milliseconds = time instanceof Date ? time.getTime() : time;
  return typeof milliseconds === 'number' && Math.abs(milliseconds) < 8.64e15
    ? new Date(milliseconds).toISOString()
    : invalid(`${field} must be a Date, ISO 8601 text, or milliseconds since 1970`);
};

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/**
 * Phone and e-mail as normalised here, or as typed: the collector judges with the full metadata and keeps what it refuses.
 *
 * @throws NitkaError `invalid_call`
 */
export const contactOf = (
  { phone, email }: Pick<AnyCall, 'phone' | 'email'>,
  domainToAscii?: (domain: string) => string,
): Record<string, string> | undefined => {
  const hasPhone = !isBlank(phone);
  const hasEmail = !isBlank(email);
  if (!hasPhone && !hasEmail) return undefined;
  if (hasPhone && typeof phone !== 'string' && typeof phone !== 'number')
    return invalid('phone must be a text');
  if (hasEmail && typeof email !== 'string') return invalid('email must be a text');
  return {
    ...(hasPhone && { phone: normalisePhone(phone) ?? String(phone).trim() }),
    ...(hasEmail && { email: normaliseEmail(email, domainToAscii) ?? email!.trim() }),
  };
};
