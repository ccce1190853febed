import { NitkaError } from '@nitka/core';

/**
 * An amount or a quantity: decimal text such as `'1990.10'`, kept to the last digit. Numbers are taken for the decimal
 * text that they print as, so a sum that floating point has already spoilt shows as what it is.
 */
export type Decimal = string | number | bigint;

const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/**
 * @param field named in the error
 * @throws NitkaError `invalid_call` unless it is a decimal number in ASCII digits: no spaces, no comma, no exponent
 */
export const decimalText = (value: Decimal, field: string): string => {
  const text = typeof value === 'string' ? value.trim() : String(value);
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new NitkaError('invalid_call', `${field} has more digits than a number keeps: pass it as a text`);
  }
  if (!decimal.test(text)) {
    throw new NitkaError('invalid_call', `${field} must be a decimal number such as "1990.10"`);
  }
  return text;
};

/** The decimal text of each field that is there. */
export const decimalFields = <Name extends string>(values: {
  readonly [Field in Name]?: Decimal | undefined;
}): { [Field in Name]?: string } => {
  const texts: { [Field in Name]?: string } = {};
  for (const [field, value] of Object.entries(values) as [Name, Decimal | undefined][]) {
    if (value !== undefined && value !== null) texts[field] = decimalText(value, field);
  }
  return texts;
};

/**
 * @returns the code of ISO 4217
 * @throws NitkaError `invalid_call`
 */
export const currencyOf = (currency: unknown): string => {
  if (typeof currency === 'string' && /^[A-Z]{3}$/.test(currency)) return currency;
  throw new NitkaError('invalid_call', 'currency must be three capital letters of ISO 4217');
};
