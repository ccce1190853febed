import { at, isNull, recordStart } from '../spool/chunk-layout.ts';
import type { Packed, PackedChunk } from '../spool/packed.ts';
import type { Held, Vectors } from './duckdb-vectors.ts';
import { placedColumns } from './event-places.ts';
import type { Place } from './event-places.ts';

/** Flat, as they are read for every value. */
const textsOf = (owner: Place['of']) =>
  placedColumns.flatMap(({ index, isNumber, place }) =>
    place?.of === owner && !isNumber ? [{ column: index, offset: place.offset }] : [],
  );
const entryTexts = textsOf('entry');
const sharedTexts = textsOf('chunk');
const values = placedColumns.flatMap(({ index, isNumber, kind, place }) =>
  place && isNumber
    ? [{ column: index, isTime: kind === 'time', ofEntry: place.of === 'entry', offset: place.offset }]
    : [],
);
const [batchId, loadedAt] = placedColumns.filter(({ place }) => !place).map(({ index }) => index) as [
  number,
  number,
];

/** Fills the rows of raw_events from chunks as they lie in the spool. Gives the number of rows. */
export const appendEvents = (
  vectors: Vectors,
  { bytes, chunks }: Packed,
  batch: { id: string; loadedAt: number },
): number => {
  if (chunks.length === 0) return 0;
  // Behind other words, since a text of up to 12 bytes would have no address.
  const id = Buffer.from(`id of the batch: ${batch.id}`);
  const [texts, ids] = vectors.hold(bytes, id) as [Held, Held];
  const idStart = id.length - Buffer.byteLength(batch.id);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length >> 3);
  const lastStart = new Float64Array(placedColumns.length);
  let row = 0;
  let rows = 0;

  const text = (column: number, base: number, place: number): void => {
    const length = words[place + 1]!;
    if (isNull(length)) {
      lastStart[column] = -1;
      return vectors.none(column, row);
    }
    const start = base + words[place]!;
    // An empty text may begin where another one does.
    if (row > 0 && length > 0 && start === lastStart[column]) return vectors.repeat(column, row);
    lastStart[column] = start;
    vectors.text(column, row, texts, start, length);
  };

  const number = ({ column, isTime }: (typeof values)[number], value: number): void => {
    if (Number.isNaN(value)) vectors.none(column, row);
    else if (isTime) vectors.time(column, row, value);
    else vectors.integer(column, row, value);
  };

  const appendRow = (base: number, record: number): void => {
    for (let index = 0; index < entryTexts.length; index += 1) {
      const { column, offset } = entryTexts[index]!;
      text(column, base, (record + offset) >> 2);
    }
    for (let index = 0; index < sharedTexts.length; index += 1) {
      const { column, offset } = sharedTexts[index]!;
      text(column, base, (base + offset) >> 2);
    }
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index]!;
      number(value, numbers[((value.ofEntry ? record : base) + value.offset) >> 3]!);
    }
    if (row === 0) vectors.text(batchId, row, ids, idStart, id.length - idStart);
    else vectors.repeat(batchId, row);
    vectors.time(loadedAt, row, batch.loadedAt);
  };

  const appendChunk = ({ start, from, to }: PackedChunk): void => {
    for (let index = from; index < to; index += 1) {
      const record = start + recordStart(index);
      if (words[(record + at.state) >> 2] !== 0) continue;
      appendRow(start, record);
      row += 1;
      rows += 1;
      if (row < vectors.most) continue;
      vectors.append(row);
      row = 0;
    }
  };
  for (const chunk of chunks) appendChunk(chunk);
  if (row > 0) vectors.append(row);
  return rows;
};
