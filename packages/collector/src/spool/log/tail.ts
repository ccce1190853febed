import { statSync } from 'node:fs';
import type { LogReader } from './reader.ts';
import { segmentAt } from './segments.ts';
import type { Segments } from './segments.ts';

/** How far the log goes. */
export interface LogEnd {
  readonly end: number;
  /** The sequence number that the next entry will get. */
  readonly head: number;
}

export interface SettledTo {
  /** The position up to which the index has the log, and the head there. */
  readonly position: number;
  readonly head: number;
}

/** Reads what the index does not have yet, up to the first record that is not whole: what was on its way when the process ended. */
export const findEnd = (reader: LogReader, { position, head: settledHead }: SettledTo): LogEnd => {
  let end = position;
  let head = settledHead;
  for (const record of reader.records(position, Infinity)) {
    if (record.sequence !== head) break;
    head += record.entries;
    end = record.end;
  }
  return { end, head };
};

/** Cuts off what was on its way. Gives the file to go on in; null if there has to be a new one. */
export const cutAtEnd = (segments: Segments, end: number): number | null => {
  const bases = segments.list();
  const base = bases[segmentAt(bases, end)];
  for (const later of bases.filter((each) => each > end)) segments.remove(later);
  if (base === undefined) return null;
  const size = statSync(segments.pathOf(base)).size;
  if (size > end - base) segments.cut(base, end);
  return size < end - base ? null : base;
};
