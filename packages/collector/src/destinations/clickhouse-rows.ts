import { createBytes } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { clickhouseType } from './clickhouse-schema.ts';
import type { Column, ColumnValue, TableRow } from './columns.ts';
import { DestinationError } from './destination.ts';

const chunkSize = 256 * 1024;

const wholeOf = (value: unknown, column: string): bigint => {
  if (!Number.isSafeInteger(value)) throw new DestinationError('poison', `${column}: not a whole number`);
  return BigInt(value as number);
};

const writeValue = (to: Bytes, { name, kind, required }: Column, value: ColumnValue | undefined): void => {
  const missing = value === null || value === undefined;
  if (!required) to.uint8(missing ? 1 : 0);
  if (missing) {
    if (required) throw new DestinationError('poison', `${name}: missing`);
    return;
  }
  if (kind === 'time' || kind === 'integer') return to.int64LE(wholeOf(value, name));
  if (typeof value === 'object') {
    to.varint(value.length);
    return to.raw(value);
  }
  to.text(String(value), (length) => to.varint(length));
};

/**
 * RowBinaryWithNamesAndTypes: payloads are copied byte for byte, times outside of what text may say keep their value, and the server
 * compares names and types with the table before it takes a row.
 * https://clickhouse.com/docs/interfaces/formats/RowBinaryWithNamesAndTypes
 */
export function* encodeRowBinary(columns: readonly Column[], rows: Iterable<TableRow>): Generator<Buffer> {
  const bytes = createBytes(chunkSize * 1.25);
  const length = (size: number): void => bytes.varint(size);
  bytes.varint(columns.length);
  for (const { name } of columns) bytes.text(name, length);
  for (const column of columns) bytes.text(clickhouseType(column), length);
  for (const row of rows) {
    for (const column of columns) writeValue(bytes, column, row[column.name]);
    if (bytes.length >= chunkSize) yield bytes.take();
  }
  yield bytes.take();
}
