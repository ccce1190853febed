import { normaliseEmail, normalisePhone } from '@nitka/core';
import { parentOf } from '../parts/tree.ts';
import type { Field } from './fields.ts';
import { fieldsOf } from './fields.ts';

/** As typed: the tracker normalises and hashes. */
export interface Identifiers {
  phone?: string;
  email?: string;
}

/** The visitor's phone and e-mail in a form, or an empty object. */
export const identifiersOf = (root: Element): Identifiers => {
  const fields = fieldsOf(root).sort((one, other) => one.rank - other.rank);
  const found: Identifiers = {};
  for (const field of fields) {
    if (field.email && !found.email && normaliseEmail(field.input.value))
      found.email = field.input.value.trim();
    else if (field.phone && !found.phone) {
      const phone = phoneIn(field);
      if (phone) found.phone = phone;
    }
  }
  found.phone ??= phoneInParts(fields);
  if (!found.phone) delete found.phone;
  return found;
};

const phoneIn = ({ input, doubtful }: Field): string | undefined => {
  const text = input.value.trim();
  // A mask not filled to its end holds underscores, and its digits could pass for a shorter number.
  if (!text || /[_\p{L}]/u.test(text)) return;
  const code = text.startsWith('+') ? '' : dialCode(input);
  const phone = code && code !== '+7' ? code + text.replace(/^0+/, '') : text;
  if (doubtful && !/^(\+|[78]?\D{0,3}9\d)/.test(phone)) return;
  return normalisePhone(phone) ? phone : undefined;
};

/** The country code that a flag menu shows beside the field instead of in it. */
const dialCode = (input: Element): string | undefined => {
  let block: Element | null = input;
  for (let level = 0; level < 3 && (block = parentOf(block)); level++) {
    for (const element of block.querySelectorAll('[class*=code i],select[name*=code i]')) {
      const text = ((element as HTMLSelectElement).value || element.textContent || '').trim();
      if (/^\+\d{1,4}$/.test(text)) return text;
    }
  }
  return;
};

/** One number in two to four short fields, the code apart from the rest. */
const phoneInParts = (fields: Field[]): string | undefined => {
  const parts = fields
    .filter((field) => field.phone && !field.email)
    .map((field) => field.input.value.trim());
  if (parts.length < 2 || parts.length > 4 || parts.some((part) => !/^[+\d\s()-]{1,9}$/.test(part))) return;
  return normalisePhone(parts.join('')) ? parts.join('') : undefined;
};
