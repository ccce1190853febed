// Taken when the script loads: a page may replace it later.
const { stringify } = JSON;

/** Prototype 1.6 gives them a `toJSON` that makes JSON texts of texts, within the JSON. */
const spoilt = [Array.prototype, String.prototype, Number.prototype] as { toJSON?: unknown }[];

/** JSON of an object, whatever a library of the page has made of the language. */
export const toJson = (value: object): string => {
  const theirs = spoilt.map(({ toJSON }) => toJSON);
  const put = (all: unknown[]): void =>
    spoilt.forEach((kind, i) => {
      if (theirs[i]) kind.toJSON = all[i];
    });
  put([]);
  try {
    return stringify(value);
  } finally {
    put(theirs);
  }
};
