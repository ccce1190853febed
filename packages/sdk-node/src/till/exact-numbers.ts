/** A text, or a number. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** Any decimal number of so many digits comes back out of a float64 as it was. */
const safeDigits = 15;

const digitsOf = (text: string): number =>
  text
    .replace(/e.*/i, '')
    .replace(/^-?[0.]*/, '')
    .replace('.', '')
    .replace(/0+$/, '').length;

const isKept = (text: string): boolean => {
  const value = Number(text);
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(value);
  return Number.isFinite(value) && (digitsOf(text) <= safeDigits || String(value) === text);
};

/**
 * Puts quotes around those numbers of a JSON text that `JSON.parse` would spoil: a fiscal drive has a number of 16 digits, a register of 20.
 *
 * @example exactNumbers('{"drive":9960440301234567,"total":5.10}') // '{"drive":"9960440301234567","total":5.10}'
 */
export const exactNumbers = (json: string): string =>
  /\d[\d.]{15}|\de[+-]?\d/i.test(json)
    ? json.replace(token, (text) => (text.startsWith('"') || isKept(text) ? text : `"${text}"`))
    : json;
