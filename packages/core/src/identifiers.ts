/**
 * Normalisation of phones and e-mails where the full phone metadata is too big to carry: in the SDKs. The collector
 * checks the result again with libphonenumber's `max` metadata, so what passes here is a candidate, not a verdict.
 */

/** Separators that people and masks put between digits, and letters' look-alikes of the plus. */
const separators = /[\s\u00a0\u2000-\u200f\u2060\ufeff().\-\u2010-\u2015_/]/g;

/** Numbers that people type to get past a form. */
const fakePhone = /^(?:\+70+\d*|\+79777777777|\+7(?:123456789\d|\d{3}1234567))$|(\d)\1{6}$/;

/** 8-800 and 8-804 are toll-free lines of companies: no person has one. */
const tollFree = /^\+780[04]/;

/** Why a well-formed identifier is no key to a person: it would join strangers into one. */
export type BlockedReason = 'fake' | 'toll_free';

/** Why a phone in E.164 is nobody's, or null. */
export const blockedPhone = (phone: string): BlockedReason | null =>
  tollFree.test(phone) ? 'toll_free' : fakePhone.test(phone) ? 'fake' : null;

/**
 * The text in E.164 whoever has the number, or null if it is no phone number.
 *
 * @param callingCode of the country whose numbers are typed without one
 */
export const readPhone = (value: unknown, callingCode: string | number = '7'): string | null => {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value)
    .trim()
    .replace(/^tel:/i, '')
    .replace(separators, '')
    .replace(/^(?:\uff0b|00(?=[1-9]))/, '+');
  const whole = withCode(text, `${callingCode}`.replace('+', ''));
  return /^\+?\d{10,15}$/.test(whole) ? toE164(whole) : null;
};

/**
 * Puts the code, and no prefix for calls within the country, before a number of another country than Russia: of eight
 * digits at least, since what is shorter is rather a part of one.
 */
const withCode = (text: string, code: string): string => {
  if (code === '7' || !/^\d{8,}$/.test(text)) return text;
  if (text.startsWith(code) && text.length > code.length + 7) return `+${text}`;
  // Italian numbers keep their zero; Belarusian ones are dialled with 8 0.
  const national = code === '39' ? text : text.replace(/^(?:0|80(?=\d{9}$))/, '');
  // Longer than any that lacks its prefix: the code of another country, without its plus.
  return national !== text || (code + text).length < 14 ? `+${code}${national}` : text;
};

/**
 * A phone in E.164, or null if the text is no phone number of a person. Numbers without a country code are read as
 * Russian (or, from 6 and 7, Kazakh) ones: `8 (999) 555-11-11`, `9995551111` and `79995551111` are `+79995551111`.
 *
 * @param callingCode of another country whose numbers are typed without one
 * @example normalisePhone('8 (999) 555-11-11') // '+79995551111'
 * @example normalisePhone('8 029 123-45-68', '375') // '+375291234568'
 */
export const normalisePhone = (value: unknown, callingCode?: string | number): string | null => {
  const phone = readPhone(value, callingCode);
  return phone && !blockedPhone(phone) ? phone : null;
};

const toE164 = (text: string): string | null => {
  if (text.startsWith('+')) {
    // +8 followed by a Russian mobile is a typo of +7: there is no country code 89.
    const corrected = text.replace(/^\+8(?=9\d{9}$)/, '+7');
    if (corrected.startsWith('+7') && corrected.length !== 12) return null;
    return corrected.startsWith('+0') ? null : corrected;
  }
  if (/^[78][3-9]\d{9}$/.test(text)) return `+7${text.slice(1)}`;
  // No code begins with 79 or 89: it is a number with its 7 or 8, and a digit short.
  if (/^(?![78]9)[3-9]\d{9}$/.test(text)) return `+7${text}`;
  // Another country's number typed without its plus: longer than a Russian one without its code.
  return /^[1-69]\d{10,14}$/.test(text) ? `+${text}` : null;
};

const emailShape = /^[^\s@"(),:;<>[\\\]]{1,64}@[^\s@"(),:;<>[\\\]/?#]+\.[^\s@"(),:;<>[\\\]/?#.]{2,}$/u;

/** Local parts that stand in for an address in forms and tests. */
const fakeEmail =
  /^(?:test|tests|testing|no|none|noemail|no-?reply|asdf|qwerty|null|undefined|example)@|@(?:example|test|invalid|localhost)\b/;

/** Why an address as {@link readEmail} gives it is nobody's, or null. */
export const blockedEmail = (address: string): BlockedReason | null =>
  fakeEmail.test(address) ? 'fake' : null;

/** The address trimmed, in lower case, its domain in punycode, whoever has it; or null if the text is no e-mail address. */
export const readEmail = (value: unknown, toAscii?: (domain: string) => string): string | null => {
  if (typeof value !== 'string') return null;
  const text = value
    .normalize('NFKC')
    .trim()
    .replace(/^mailto:/i, '')
    .toLowerCase();
  if (text.length > 254 || !emailShape.test(text) || text.includes('..')) return null;
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  const ascii = /^[\x00-\x7f]+$/.test(domain) || !toAscii ? domain : toAscii(domain);
  return ascii ? `${text.slice(0, at)}@${ascii}` : null;
};

/**
 * An e-mail address trimmed, in lower case, its domain in punycode; or null if the text is no address of a person.
 *
 * @param toAscii makes punycode of an international domain; the platform's URL parser can. Without it such a domain
 *   stays as it is.
 * @example normaliseEmail(' Ann@Пример.РФ ', domainToASCII) // 'ann@xn--e1afmkfd.xn--p1ai'
 */
export const normaliseEmail = (value: unknown, toAscii?: (domain: string) => string): string | null => {
  const address = readEmail(value, toAscii);
  return address && !blockedEmail(address) ? address : null;
};

const placeholder = /^(0|-1|null|undefined|none|nan|true|false|anonymous|guest|unknown|\[object object\])?$/i;

/** True for texts that stand where a user id should be and would join strangers into one person. */
export const isPlaceholder = (value: unknown): boolean => placeholder.test(String(value).trim());
