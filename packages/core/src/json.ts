// Taken when the script loads: a page may replace it later.
const { stringify } = JSON;

/** Takes texts, numbers and arrays without the `toJSON` that a library has given them. */
function asTheyAre(this: Record<string, unknown>, key: string, made: unknown): unknown {
  const value = this[key];
  return value && typeof value === 'object' && !Array.isArray(value) ? made : value;
}

/**
 * JSON of an object, whatever a library of the page has made of the language: Prototype 1.6 gives arrays, texts and numbers
 * a `toJSON` that makes JSON texts of them, within the JSON. Only there a replacer is worth its time.
 */
export const toJson = (value: object): string => stringify(value, 'toJSON' in [] ? asTheyAre : undefined);
