import { normaliseEmail, normalisePhone } from '@nitka/core';
import { parentOf } from '../parts/tree.ts';
import type { FieldCopy } from './copies.ts';
import type { Field } from './fields.ts';
import { fieldsOf } from './fields.ts';
import { doubtlessPhone } from './words.ts';

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
  const code = text.startsWith('+') ? undefined : dialCode(field.input);
  const phone = normalisePhone(text, code ?? callingCode);
  if (!phone || (!code && field.doubtful && !doubtlessPhone.test(text))) return;
  return code && Number(code) !== Number(callingCode) ? phone : text;
};

/** The country code that a flag menu shows beside the field instead of in it. */
const dialCode = (input: Element): string | undefined => {
  let block: Element | null = input;
  for (let level = 0; level < 3 && (block = parentOf(block)); level++) {
    const menus = block.querySelectorAll('[class*=code i],[class*=selected],select[name*=code i]');
    for (const element of menus) {
      // All that could be chosen stands in the page, too: a list of countries, each with its code.
      const choice = element.closest('li,[role=option],[class*=option]');
      if (choice && !choice.contains(input)) continue;
      const { value, selectedOptions, title, ariaLabel, textContent } = element as HTMLSelectElement;
      for (const text of [
        value,
        selectedOptions ? selectedOptions[0]?.text : textContent,
        title,
        ariaLabel,
      ]) {
        const [, code] = /(?:^|[ (])\+(\d{1,4})(?=$|\)| [^\d(])/.exec((text ?? '').trim()) ?? [];
        if (code) return code;
      }
    }
  }
  return;
};

/** One number in two to four short fields, the code apart from the rest. */
const phoneInParts = (fields: Field[], callingCode: Code): string | undefined => {
  const parts = fields.filter(({ phone, email }) => phone && !email).map(textIn);
  const whole = parts.join('');
  return parts.length > 1 &&
    parts.length < 5 &&
    parts.every((part) => /^[+\d\s()-]{1,9}$/.test(part)) &&
    normalisePhone(whole, callingCode)
    ? whole
    : undefined;
};
