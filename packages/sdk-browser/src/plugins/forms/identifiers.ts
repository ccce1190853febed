import { normaliseEmail, normalisePhone } from '@nitka/core';
import { parentOf } from '../parts/tree.ts';
import type { FieldCopy } from './copies.ts';
import type { Field } from './fields.ts';
import { fieldsOf } from './fields.ts';
import { doubtlessPhone } from './plain.ts';

type Code = string | number;

/** As typed: the tracker normalises and hashes. */
export interface Identifiers {
  phone?: string | undefined;
  email?: string | undefined;
}

/** The visitor's phone and e-mail, by the words that sites call their fields. */
export const identifiersOf = (
  root: Element,
  copies: readonly FieldCopy[],
  callingCode: Code = 7,
): Identifiers => {
  const fields = fieldsOf(root, copies);
  const found: Identifiers = {};
  for (const field of fields) {
    const text = textIn(field);
    if (field.email && normaliseEmail(text)) found.email ??= text;
    else if (field.phone) found.phone ??= phoneIn(field, callingCode);
  }
  found.phone ??= phoneInParts(fields, callingCode);
  return found;
};

const textIn = ({ copy }: Field): string => copy.value.trim();

const phoneIn = (field: Field, callingCode: Code): string | undefined => {
  const text = textIn(field);
  // A mask not filled to its end holds underscores, and its digits could pass for a shorter number.
  if (/[_\p{L}]/u.test(text)) return;
  const code = !text.startsWith('+') && dialCode(field.input);
  const phone = code && Number(code) !== Number(callingCode) ? code + text.replace(/^0+/, '') : text;
  return normalisePhone(phone, callingCode) && (!field.doubtful || doubtlessPhone.test(phone))
    ? phone
    : undefined;
};

/** The country code that a flag menu shows beside the field instead of in it. */
const dialCode = (input: Element): string | undefined => {
  let block: Element | null = input;
  for (let level = 0; level < 3 && (block = parentOf(block)); level++) {
    for (const element of block.querySelectorAll('[class*=code i],select[name*=code i]')) {
      const text = ((element as HTMLSelectElement).value || element.textContent).trim();
      if (/^\+\d{1,4}$/.test(text)) return text;
    }
  }
  return;
};

/** One number in two to four short fields, the code apart from the rest. */
const phoneInParts = (fields: Field[], callingCode: Code): string | undefined => {
  const parts = fields.filter(({ phone, email }) => phone && !email).map(textIn);
  const whole = parts.join('');
  return parts.length < 5 &&
    parts.every((part) => /^[+\d\s()-]{1,9}$/.test(part)) &&
    normalisePhone(whole, callingCode)
    ? whole
    : undefined;
};
