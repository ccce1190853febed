import { normaliseEmail, normalisePhone, type JsonObject } from '@nitka/core';
import { attempt } from './attempt.ts';

/** The platform's URL parser makes punycode of an international domain. */
const toAscii = (domain: string): string => attempt(() => new URL(`http://${domain}`).hostname) ?? '';

const normalise: Record<string, (value: unknown, callingCode?: string | number) => string | null> = {
  phone: normalisePhone,
  email: (value) => normaliseEmail(value, toAscii),
};

const sha256 = async (text: string): Promise<string> => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
};

/**
 * Traits with `phone` and `email` normalised; what is no phone or e-mail of a person is left out. Hashed, they are
 * `phoneSha256` and `emailSha256`, and the plain ones are gone.
 *
 * @param callingCode of phones that are typed without one
 * @returns a promise only where something is hashed; it rejects where the page has no WebCrypto (http)
 */
export const protectTraits = (
  traits: JsonObject,
  hash: boolean,
  callingCode?: string | number,
): JsonObject | Promise<JsonObject> => {
  const { ...safe } = traits;
  const hashing: Promise<void>[] = [];
  for (const [name, toNormal] of Object.entries(normalise)) {
    if (safe[name] == null) continue;
    const value = toNormal(safe[name], callingCode);
    delete safe[name];
    if (!value) continue;
    if (hash) hashing.push(sha256(value).then((hex) => void (safe[`${name}Sha256`] = hex)));
    else safe[name] = value;
  }
  return hashing.length > 0 ? Promise.all(hashing).then(() => safe) : safe;
};
