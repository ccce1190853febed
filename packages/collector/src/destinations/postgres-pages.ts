import { at, isNull, recordStart } from '../spool/chunk-layout.ts';
import type { Packed, PackedChunk } from '../spool/packed.ts';
import { createBytes } from './bytes.ts';
import { placedColumns } from './event-places.ts';
import type { PlacedColumn } from './event-places.ts';
import { copyChunk, copyEnd, copySignature, copyEpoch } from './postgres-copy.ts';

const power32 = 2 ** 32;

/** How a value is written: a `text` is from outside, what is `plain` the collector's own or JSON. */
type Way = 'text' | 'plain' | 'integer' | 'time' | 'batchId' | 'loadedAt';

const wayOf = ({ kind, place }: PlacedColumn): Way => {
  if (kind === 'integer') return 'integer';
  if (kind === 'time') return place ? 'time' : 'loadedAt';
  if (!place) return 'batchId';
  return kind === 'text' && place.of === 'entry' ? 'text' : 'plain';
};

/** Flat, as it is read for every value. */
const columns = placedColumns.map((column) => ({
  way: wayOf(column),
  ofEntry: column.place?.of === 'entry',
  offset: column.place?.offset ?? 0,
}));

const hasNul = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let index = start; index < end; index += 1) if (bytes[index] === 0) return true;
  return false;
};

/**
 * COPY's binary format of raw_events, out of chunks as they lie in the spool. Measured with loads of 20,000 rows: 7 µs of processor time
 * a row in this process, 17 with an object for each row in between.
 */
export function* encodePages(
  pages: Iterable<Packed>,
  batch: { readonly id: string; readonly loadedAt: number },
): Generator<Buffer> {
  const bytes = createBytes(copyChunk * 1.25);
  const batchId = Buffer.from(batch.id);
  let source: Buffer = batchId;
  let words: Uint32Array = new Uint32Array(0);
  let numbers: Float64Array = new Float64Array(0);

  const none = (): void => bytes.int32BE(-1);
  /** The text whose place stands at a word, of the chunk that begins at `base`. */
  const plain = (base: number, word: number): void => {
    const length = words[word + 1]!;
    if (isNull(length)) return none();
    bytes.int32BE(length);
    bytes.part(source, base + words[word]!, length);
  };
  /** What came from outside may hold NUL, which PostgreSQL refuses in a text. */
  const text = (base: number, word: number): void => {
    const start = base + words[word]!;
    const length = words[word + 1]!;
    if (isNull(length) || !hasNul(source, start, start + length)) return plain(base, word);
    const clean = source.toString('utf8', start, start + length).replaceAll('\0', '\ufffd');
    bytes.text(clean, (size) => bytes.int32BE(size));
  };
  /** A whole number times `factor`, which together may be beyond what JavaScript counts exactly. */
  const whole = (value: number, factor: number): void => {
    if (Number.isNaN(value)) return none();
    bytes.int32BE(8);
    const high = Math.floor(value / power32);
    const low = (value - high * power32) * factor;
    bytes.halvesBE(high * factor + Math.floor(low / power32), low % power32);
  };
  const time = (milliseconds: number): void => whole(milliseconds - copyEpoch, 1000);

  const row = (base: number, record: number): void => {
    bytes.int16BE(columns.length);
    for (let index = 0; index < columns.length; index += 1) {
      const { way, ofEntry, offset } = columns[index]!;
      const at = (ofEntry ? record : base) + offset;
      if (way === 'text') text(base, at >> 2);
      else if (way === 'plain') plain(base, at >> 2);
      else if (way === 'time') time(numbers[at >> 3]!);
      else if (way === 'integer') whole(numbers[at >> 3]!, 1);
      else if (way === 'loadedAt') time(batch.loadedAt);
      else {
        bytes.int32BE(batchId.length);
        bytes.part(batchId, 0, batchId.length);
      }
    }
  };

  function* chunk({ start, from, to }: PackedChunk): Generator<Buffer> {
    for (let index = from; index < to; index += 1) {
      const record = start + recordStart(index);
      if (words[(record + at.state) >> 2] !== 0) continue;
      row(start, record);
      if (bytes.length >= copyChunk) yield bytes.take();
    }
  }

  bytes.raw(copySignature);
  for (const page of pages) {
    source = page.bytes;
    words = new Uint32Array(source.buffer, source.byteOffset, source.length >> 2);
    numbers = new Float64Array(source.buffer, source.byteOffset, source.length >> 3);
    for (const each of page.chunks) yield* chunk(each);
  }
  bytes.int16BE(copyEnd);
  yield bytes.take();
}
