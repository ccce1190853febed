import type { FailureKind } from '../destinations/destination.ts';

const longest = 300;

/** From the first quotation mark to the last, for a value may have marks in it; the apostrophe of "can't" is none. */
const marks = /["`«»“”]|(?<!\p{L})'|'(?!\p{L})/gu;
const braces = /[{[](?:.*[}\]](?!.*[{[])|.*$)/;

const withoutQuoted = (line: string): string => {
  const found = [...line.matchAll(marks)];
  if (found.length === 0) return line;
  // The last one of an odd number opens a value that was cut off.
  const end = found.length % 2 === 0 ? found.at(-1)!.index + 1 : line.length;
  return `${line.slice(0, found[0]!.index)}"…"${line.slice(end)}`;
};

const names = /(["'])[a-z_][a-z0-9_.]{0,63}\1/g;

/**
 * What a failure says, as the log may have it. Engines quote what they failed on: the row, a value, the statement. So whatever stands in
 * quotes or braces goes, and so do lists in brackets, addresses and longer numbers; of the tables' schema the plain names stay, for
 * without them nobody could mend it.
 */
export const safeReason = ({
  kind,
  message,
}: {
  readonly kind?: FailureKind;
  readonly message: string;
}): string => {
  if (kind === 'poison') return 'a row was refused';
  // The first line is what happened; what follows shows where, with the row or the statement around it.
  const [line = ''] = message.slice(0, 10_000).split('\n');
  const onlyNames = kind === 'schema' && !/["'`«“»”{[]/.test(line.replace(names, ''));
  const safe = (onlyNames ? line : withoutQuoted(line.replace(braces, '{…}')))
    .replace(/\([^()]*,[^()]*\)?/g, (list) => (onlyNames && /^[(\w\s,)]*$/.test(list) ? list : '(…)'))
    .replace(/\S*(?:@|%40)\S*/g, '…')
    .replace(/\+?\d(?:[\s().-]{0,3}\d){6,}/g, '…');
  return safe.length > longest ? `${safe.slice(0, longest)}…` : safe;
};
