import type { Place } from './rewrite-json.ts';

/**
 * What the name of a field says about its value. `phone` and `email`: whatever is in it. `maybe-phone`: only what reads as a phone.
 * `hashed-…`: a client's own hash. `other`: personal, but no identifier.
 */
export type FieldKind =
  'phone' | 'email' | 'maybe-phone' | 'hashed-phone' | 'hashed-email' | 'ip' | 'other' | 'none';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const phones = words(
  'phone phones phonenumber phonenumbers tel telephone mobile mobilephone mobilenumber cell cellphone msisdn whatsapp viber телефон',
);
const emails = words('email emails emailaddress emailaddresses mail почта');
const addresses = words(
  'ip ipaddress ipaddr clientip userip remoteip remoteaddr remoteaddress xforwardedfor xrealip cfconnectingip',
);

/** Of a person's traits; elsewhere `name` is a product's and `address` a shop's. */
const traits = words(
  `name firstname lastname middlename patronymic surname fullname username login nickname birthday birthdate dateofbirth address street
   postalcode zip passport inn snils avatar имя фамилия отчество фио адрес`,
);

const plainOf = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Names that a stranger made up must not fill the memory. */
const remembered = 5000;

export interface FieldKinds {
  /** By the name alone. */
  of(name: string): FieldKind;
  /** By the name, and by what the field is in. */
  at(name: string, place: Place): FieldKind;
}

/** @param own names of further personal fields, wherever they stand */
export const createFieldKinds = (own: readonly string[] = []): FieldKinds => {
  const others = new Set(own.map(plainOf));
  const known = new Map<string, FieldKind>();

  const judge = (name: string): FieldKind => {
    const plain = plainOf(name);
    if (others.has(plain)) return 'other';
    if (phones.has(plain)) return 'phone';
    if (emails.has(plain)) return 'email';
    if (addresses.has(plain)) return 'ip';
    // What the site's server signs for its page has the user's id in it.
    if (plain === 'identitytoken') return 'other';
    if (/^(?:hashed)?phone(?:sha256|sha1|md5|hash(?:ed)?)$|^hashedphone$/.test(plain)) return 'hashed-phone';
    if (/^(?:hashed)?email(?:sha256|sha1|md5|hash(?:ed)?)$|^hashedemail$/.test(plain)) return 'hashed-email';
    if (/(?:phone|mobile|phonenumber|tel|телефон)\d?$/.test(plain)) return 'maybe-phone';
    return 'none';
  };

  const of = (name: string): FieldKind => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const kind = judge(name);
    if (known.size >= remembered) known.clear();
    known.set(name, kind);
    return kind;
  };

  return {
    of,
    at(name, place) {
      const kind = of(name);
      if (kind !== 'none') return kind;
      const holder = place.key === name ? place.parent : place;
      const inTraits = holder?.key === 'traits';
      if (inTraits && traits.has(plainOf(name))) return 'other';
      // An address is an object: what is in it is as personal.
      for (let around: Place | null = place; around && around.key !== ''; around = around.parent) {
        const held = of(around.key);
        if (held === 'phone' || held === 'email' || held === 'other') return held;
        if (around.parent?.key === 'traits' && traits.has(plainOf(around.key))) return 'other';
      }
      return 'none';
    },
  };
};
