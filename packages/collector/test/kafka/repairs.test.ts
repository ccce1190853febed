import { describe, expect, it } from 'vitest';
import type { CursorNote } from '../../src/kafka/cursor.ts';
import { entriesIn, settledRepair, splitRepair } from '../../src/kafka/repairs.ts';
import { rangeUnderWay } from '../../src/kafka/old-loads.ts';

const books = { site: { accepted: 10, duplicate: 1, rejected: 0, loaded: 9 } };
const note: CursorNote = {
  next: 100,
  ranges: [],
  books,
  repairs: [
    { range: [10, 20], entries: 7, fixed: true },
    { range: [30, 40], entries: 10, fixed: false },
  ],
};

describe('a repair in the cursor of a lane', () => {
  it('is halved with no entry lost, and what comes behind it waits', () => {
    const split = splitRepair(note, 14);
    expect(split.repairs).toEqual([
      { range: [10, 14], entries: 4, fixed: true },
      { range: [14, 20], entries: 3, fixed: true },
      { range: [30, 40], entries: 10, fixed: false },
    ]);
    expect(split).toMatchObject({ next: 100, books });
  });

  it('leaves the books as they are when it is loaded', () => {
    expect(settledRepair(note, null)).toEqual({ ...note, repairs: [note.repairs![1]] });
  });

  it('moves what was refused from loaded to rejected, and counts nothing as accepted again', () => {
    const refused = { site: { accepted: 1, duplicate: 0, rejected: 1, loaded: 0 } };
    expect(settledRepair(note, refused).books).toEqual({
      site: { accepted: 10, duplicate: 1, rejected: 1, loaded: 8 },
    });
  });
});

it('counts the entries of chunks that are in a range', () => {
  const chunk = (first: number, count: number) =>
    ({ first, chunk: { meta: {}, entries: Array.from({ length: count }) } }) as never;
  const chunks = [chunk(0, 4), chunk(10, 4), chunk(20, 4)];
  expect(entriesIn(chunks, [2, 22])).toBe(2 + 4 + 2);
  expect(entriesIn(chunks, [4, 10])).toBe(0);
  expect(entriesIn(chunks, [12, 13])).toBe(1);
});

it('knows the range that a lane is sending', () => {
  expect(rangeUnderWay(null)).toBe(null);
  expect(rangeUnderWay({ ...note, repairs: [note.repairs![1]!] })).toBe(null);
  expect(rangeUnderWay(note)).toEqual([10, 20]);
  expect(
    rangeUnderWay({
      ...note,
      ranges: [
        [90, 95],
        [95, 99],
      ],
    }),
  ).toEqual([90, 95]);
});
