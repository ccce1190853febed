import { at, recordStart } from '../spool/chunk-layout.ts';
import type { Packed } from '../spool/packed.ts';
import { createBytes } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { writeBlockHead, writeDictionary, writeNumbers, writeTexts } from './clickhouse-native.ts';
import { clickhouseType } from './clickhouse-schema.ts';
import { placedColumns } from './event-places.ts';

const columns = placedColumns.map((column) => {
  const type = clickhouseType(column);
  return { ...column, type, write: type.startsWith('LowCardinality') ? writeDictionary : writeTexts };
});

interface Entries {
  /** Where the record of each begins. */
  readonly records: readonly number[];
  /** Where its chunk begins. */
  readonly bases: readonly number[];
}

const acceptedOf = ({ chunks }: Packed, words: Uint32Array): Entries => {
  const records: number[] = [];
  const bases: number[] = [];
  for (const { start, from, to } of chunks) {
    for (let index = from; index < to; index += 1) {
      const record = start + recordStart(index);
      if (words[(record + at.state) >> 2] !== 0) continue;
      records.push(record);
      bases.push(start);
    }
  }
  return { records, bases };
};

/**
 * ClickHouse's format Native of raw_events, out of chunks as they lie in the spool: a block for each page that has accepted entries.
 *
 * @param onBlock told how many rows each has
 */
export function* encodeNative(
  pages: Iterable<Packed>,
  batch: { readonly id: string; readonly loadedAt: number },
  onBlock: (rows: number) => void,
): Generator<Buffer> {
  const batchId = Buffer.from(batch.id);
  let bytes: Bytes | null = null;
  for (const page of pages) {
    const source = page.bytes;
    const words = new Uint32Array(source.buffer, source.byteOffset, source.length >> 2);
    const numbers = new Float64Array(source.buffer, source.byteOffset, source.length >> 3);
    const { records, bases } = acceptedOf(page, words);
    const rows = records.length;
    if (rows === 0) continue;
    const to = (bytes ??= createBytes(source.length * 1.25));
    const values = new Float64Array(rows);
    const starts = new Uint32Array(rows);
    const lengths = new Uint32Array(rows);
    writeBlockHead(to, columns.length, rows);
    for (const column of columns) {
      const { place, isNumber } = column;
      if (!place) {
        if (isNumber) writeNumbers(to, column, values.fill(batch.loadedAt));
        else
          column.write(to, column, {
            source: batchId,
            starts: starts.fill(0),
            lengths: lengths.fill(batchId.length),
          });
        continue;
      }
      const { offset } = place;
      const owners = place.of === 'entry' ? records : bases;
      if (isNumber) {
        for (let row = 0; row < rows; row += 1) values[row] = numbers[(owners[row]! + offset) >> 3]!;
        writeNumbers(to, column, values);
        continue;
      }
      for (let row = 0; row < rows; row += 1) {
        const word = (owners[row]! + offset) >> 2;
        starts[row] = bases[row]! + words[word]!;
        lengths[row] = words[word + 1]!;
      }
      column.write(to, column, { source, starts, lengths });
    }
    onBlock(rows);
    yield to.take();
  }
}
