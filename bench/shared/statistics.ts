/** The middle value; of an even number of values, the mean of the two in the middle. NaN for none. */
export const median = (values: readonly number[]): number => {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** What is kept of repeated measurements. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly values: readonly number[];
}

/** Values are rounded to three decimals: more is noise, and it fills the JSON. */
export const figure = (values: readonly number[]): Figure => {
  const rounded = values.map((value) => Math.round(value * 1000) / 1000);
  return {
    median: Math.round(median(rounded) * 1000) / 1000,
    min: Math.min(...rounded),
    max: Math.max(...rounded),
    values: rounded,
  };
};
