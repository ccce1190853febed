/** [from, to) of sequence numbers. */
export type Range = readonly [from: number, to: number];

/** Sorted, none empty, none touching another. */
export const union = (ranges: readonly Range[]): Range[] => {
  const found: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (from >= to) continue;
    const last = found.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
};

/** What is in `ranges` and in none of `taken`. */
export const subtract = (ranges: readonly Range[], taken: readonly Range[]): Range[] => {
  const away = union(taken);
  const found: Range[] = [];
  for (const [start, end] of union(ranges)) {
    let from = start;
    for (const [hole, after] of away) {
      if (after <= from) continue;
      if (hole >= end) break;
      if (hole > from) found.push([from, hole]);
      from = Math.max(from, after);
    }
    if (from < end) found.push([from, end]);
  }
  return found;
};

export const sizeOf = (ranges: readonly Range[]): number =>
  union(ranges).reduce((sum, [from, to]) => sum + to - from, 0);
