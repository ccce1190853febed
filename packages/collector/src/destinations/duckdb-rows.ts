import { at, isNull, recordStart } from '../spool/chunk-layout.ts';
import type { Packed, PackedChunk } from '../spool/packed.ts';
import type { Held, Vectors } from './duckdb-vectors.ts';

/** Columns of raw_events, in the order of the record's and the head's places. */
const recordTexts = [0, 1, 2, 3, 5, 6, 8, 9, 16, 17, 18, 19] as const;
const sharedTexts = [14, 15, 4, 21] as const;
const sequence = 7;
const times = [10, 11, 12] as const;
const receivedAt = 13;
const payload = 20;
const batchId = 22;
const loadedAt = 23;

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
  const lastStart = new Float64Array(24);
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

  const time = (column: number, value: number): void => {
    if (Number.isNaN(value)) vectors.none(column, row);
    else vectors.time(column, row, value);
  };

  const appendRow = (base: number, record: number): void => {
    const places = (record + at.texts) >> 2;
    for (let index = 0; index < recordTexts.length; index += 1)
      text(recordTexts[index]!, base, places + index * 2);
    const shared = (base + at.shared) >> 2;
    for (let index = 0; index < sharedTexts.length; index += 1)
      text(sharedTexts[index]!, base, shared + index * 2);
    text(payload, base, (record + at.payload) >> 2);
    if (row === 0) vectors.text(batchId, row, ids, idStart, id.length - idStart);
    else vectors.repeat(batchId, row);
    const values = (record + at.numbers) >> 3;
    const order = numbers[values]!;
    if (Number.isNaN(order)) vectors.none(sequence, row);
    else vectors.integer(sequence, row, order);
    for (let index = 0; index < times.length; index += 1) time(times[index]!, numbers[values + 1 + index]!);
    time(receivedAt, numbers[(base + at.receivedAt) >> 3]!);
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
