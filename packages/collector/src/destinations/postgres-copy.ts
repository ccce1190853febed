import { createBytes } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import type { Column, ColumnValue, TableRow } from './columns.ts';
import { DestinationError } from './destination.ts';

// https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format": nothing has to be escaped, payloads are copied as they are.
export const copySignature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** Milliseconds from 1970 to 2000, where PostgreSQL counts microseconds from. */
export const copyEpoch = 946_684_800_000;
/** What stands in the place of a row's number of columns, when there are no more. */
export const copyEnd = -1;
/** Bytes that are handed over at once, about. */
export const copyChunk = 256 * 1024;

const integerOf = (value: unknown, column: string): bigint => {
  if (!Number.isSafeInteger(value)) throw new DestinationError('poison', `${column}: not a whole number`);
  return BigInt(value as number);
};

const writeValue = (to: Bytes, { name, kind }: Column, value: ColumnValue | undefined): void => {
  if (value === null || value === undefined) return to.int32BE(-1);
  if (kind === 'time' || kind === 'integer') {
    const whole = integerOf(value, name);
    to.int32BE(8);
    return to.int64BE(kind === 'time' ? (whole - BigInt(copyEpoch)) * 1000n : whole);
  }
  if (typeof value === 'object') {
    to.int32BE(value.length);
    return to.raw(value);
  }
  to.text(String(value), (length) => to.int32BE(length));
};

/** What COPY … WITH (FORMAT binary) reads, in pieces. Throws DestinationError `poison` at a value that is no number. */
export function* encodeCopy(columns: readonly Column[], rows: Iterable<TableRow>): Generator<Buffer> {
  const bytes = createBytes(copyChunk * 1.25);
  bytes.raw(copySignature);
  for (const row of rows) {
    bytes.int16BE(columns.length);
    for (const column of columns) writeValue(bytes, column, row[column.name]);
    if (bytes.length >= copyChunk) yield bytes.take();
  }
  bytes.int16BE(copyEnd);
  yield bytes.take();
}
