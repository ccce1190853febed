import { isNull } from '../spool/chunk-layout.ts';
import type { Bytes } from './bytes.ts';
import { DestinationError } from './destination.ts';

// https://clickhouse.com/docs/interfaces/formats/Native: block after block, in each column after column.

const power32 = 2 ** 32;

export interface NativeColumn {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

/** Texts of a column in the order of the rows: where each begins, and how many bytes it has. */
export interface Texts {
  readonly source: Buffer;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
}

const missing = ({ name }: NativeColumn): never => {
  throw new DestinationError('poison', `${name}: missing`);
};

export const writeBlockHead = (to: Bytes, columns: number, rows: number): void => {
  to.varint(columns);
  to.varint(rows);
};

const writeColumnHead = (to: Bytes, column: NativeColumn): void => {
  for (const word of [column.name, column.type]) to.text(word, (length) => to.varint(length));
};

/** NaN stands for none. Throws DestinationError `poison` where there has to be one; so do the others. */
export const writeNumbers = (to: Bytes, column: NativeColumn, values: Float64Array): void => {
  writeColumnHead(to, column);
  if (!column.required) for (const value of values) to.uint8(Number.isNaN(value) ? 1 : 0);
  for (const value of values) {
    if (Number.isNaN(value) && column.required) missing(column);
    const high = Math.floor(value / power32);
    to.halvesLE(value - high * power32, high);
  }
};

export const writeTexts = (to: Bytes, column: NativeColumn, { source, starts, lengths }: Texts): void => {
  writeColumnHead(to, column);
  if (!column.required) for (const length of lengths) to.uint8(isNull(length) ? 1 : 0);
  for (let row = 0; row < lengths.length; row += 1) {
    const length = lengths[row]!;
    if (isNull(length)) {
      if (column.required) missing(column);
      to.uint8(0);
      continue;
    }
    to.varint(length);
    to.part(source, starts[row]!, length);
  }
};

/** Version 1; a dictionary of the block's own, which comes with it; indexes of one byte or of four. */
const dictionary = { version: 1, own: 0x600, oneByte: 0, fourBytes: 2 } as const;

/**
 * A column of type LowCardinality: its different texts, then for each row which one of them.
 * https://github.com/ClickHouse/ClickHouse/blob/master/src/DataTypes/Serializations/SerializationLowCardinality.cpp
 */
export const writeDictionary = (
  to: Bytes,
  column: NativeColumn,
  { source, starts, lengths }: Texts,
): void => {
  const rows = lengths.length;
  writeColumnHead(to, column);
  // Where there may be none, the first of the dictionary stands for it.
  const first = column.required ? 0 : 1;
  const found = new Map<string, number>();
  const firstRows: number[] = [];
  const indexes = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const start = starts[row]!;
    const length = lengths[row]!;
    // The entry before often has its text in the same place.
    if (row > 0 && start === starts[row - 1] && length === lengths[row - 1]) {
      indexes[row] = indexes[row - 1]!;
      continue;
    }
    if (isNull(length)) {
      if (column.required) missing(column);
      continue;
    }
    const text = source.toString('latin1', start, start + length);
    let index = found.get(text);
    if (index === undefined) {
      index = first + firstRows.length;
      found.set(text, index);
      firstRows.push(row);
    }
    indexes[row] = index;
  }
  const keys = first + firstRows.length;
  const narrow = keys <= 256;
  to.halvesLE(dictionary.version, 0);
  to.halvesLE(dictionary.own | (narrow ? dictionary.oneByte : dictionary.fourBytes), 0);
  to.halvesLE(keys, 0);
  if (!column.required) to.uint8(0);
  for (const row of firstRows) {
    to.varint(lengths[row]!);
    to.part(source, starts[row]!, lengths[row]!);
  }
  to.halvesLE(rows, 0);
  if (narrow) for (let row = 0; row < rows; row += 1) to.uint8(indexes[row]!);
  else to.part(new Uint8Array(indexes.buffer), 0, rows * 4);
};
