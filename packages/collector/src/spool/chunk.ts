import { crc32 } from 'node:zlib';
import { createChunkWriter } from './chunk-writer.ts';
import { at, isNull, recordStart, sharedTexts, textColumns, version } from './chunk-layout.ts';

/** What all entries of a request share. Times are milliseconds since 1970. */
export interface ChunkMeta {
  readonly source: string;
  readonly kind: 'browser' | 'server';
  readonly receivedAt: number;
  readonly serverVisitorId: string | null;
  readonly batchContext: string | null;
}

/** The columns that were taken from an event before it went to disk. */
export interface EventColumns {
  readonly messageId: string;
  readonly type: string;
  readonly event: string | null;
  readonly anonymousId: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly sequence: number | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly occurredAt: number;
  readonly originalTimestamp: number | null;
  readonly sentAt: number | null;
  readonly library: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly bot: string | null;
}

export interface AcceptedEntry {
  readonly columns: EventColumns;
  readonly payload: Buffer;
}

export interface RejectedEntry {
  readonly code: string;
  readonly detail: string | null;
  readonly messageId: string | null;
  readonly payload: Buffer;
}

export type Entry = AcceptedEntry | RejectedEntry;

/** What one request brought. On disk it lies as chunk-layout.ts says: it is read without parsing. */
export interface Chunk {
  readonly meta: ChunkMeta;
  readonly entries: readonly Entry[];
}

export const isAccepted = (entry: Entry): entry is AcceptedEntry => 'columns' in entry;

const write = createChunkWriter();

/** The chunk's bytes, valid until the next call. */
export const encodeChunkOnce = (chunk: Chunk): Buffer => {
  const bytes = write(chunk);
  bytes.writeUInt32LE(crc32(bytes.subarray(at.crc + 4)), at.crc);
  return bytes;
};

export const encodeChunk = (chunk: Chunk): Buffer => Buffer.from(encodeChunkOnce(chunk));

/** False if the bytes are not those that were written. */
export const chunkIsWhole = (bytes: Buffer): boolean =>
  bytes.length >= at.records &&
  bytes.readUInt32LE(at.version) === version &&
  crc32(bytes.subarray(at.crc + 4)) === bytes.readUInt32LE(at.crc);

const textAt = (bytes: Buffer, place: number): string | null => {
  const length = bytes.readUInt32LE(place + 4);
  if (isNull(length)) return null;
  const start = bytes.readUInt32LE(place);
  return bytes.toString('utf8', start, start + length);
};

/** Reads the texts of one entry after the other: what stands in the chunk once is made a string once. */
const createTexts = (bytes: Buffer) => {
  const places = new Float64Array(textColumns.length).fill(-1);
  const values = Array<string>(textColumns.length).fill('');
  return (start: number, column: number): string | null => {
    const place = start + at.texts + column * 8;
    const length = bytes.readUInt32LE(place + 4);
    if (isNull(length)) return null;
    const from = bytes.readUInt32LE(place);
    if (from !== places[column] || values[column] === '') {
      values[column] = bytes.toString('utf8', from, from + length);
      places[column] = from;
    }
    return values[column]!;
  };
};

const numberAt = (bytes: Buffer, place: number): number | null => {
  const value = bytes.readDoubleLE(place);
  return Number.isNaN(value) ? null : value;
};

export interface ChunkHead {
  readonly source: string;
  readonly accepted: number;
  readonly rejected: number;
}

export const readChunkHead = (bytes: Buffer): ChunkHead => ({
  source: textAt(bytes, at.shared) as string,
  accepted: bytes.readUInt32LE(at.accepted),
  rejected: bytes.readUInt32LE(at.rejected),
});

const decodeEntry = (bytes: Buffer, start: number, text: ReturnType<typeof createTexts>): Entry => {
  const from = bytes.readUInt32LE(start + at.payload);
  const payload = bytes.subarray(from, from + bytes.readUInt32LE(start + at.payload + 4));
  const messageId = text(start, 0);
  if (bytes.readUInt32LE(start + at.state) !== 0)
    return { code: text(start, 1) as string, detail: text(start, 2), messageId, payload };
  const numbers = start + at.numbers;
  return {
    columns: {
      messageId: messageId as string, type: text(start, 1) as string, event: text(start, 2), anonymousId: text(start, 3),
      userId: text(start, 4), sessionId: text(start, 5), sequence: numberAt(bytes, numbers), phone: text(start, 6),
      email: text(start, 7), occurredAt: numberAt(bytes, numbers + 8) as number, originalTimestamp: numberAt(bytes, numbers + 16),
      sentAt: numberAt(bytes, numbers + 24), library: text(start, 8), ip: text(start, 9), userAgent: text(start, 10),
      bot: text(start, 11),
    },
    payload,
  }; // prettier-ignore
};

export const decodeChunk = (bytes: Buffer): Chunk => {
  if (bytes.readUInt32LE(at.version) !== version)
    throw new Error(`spool chunk of unknown version ${bytes.readUInt32LE(at.version)}`);
  const shared = sharedTexts.map((_, index) => textAt(bytes, at.shared + index * 8));
  const [source, kind, serverVisitorId = null, batchContext = null] = shared;
  const receivedAt = bytes.readDoubleLE(at.receivedAt);
  const count = bytes.readUInt32LE(at.accepted) + bytes.readUInt32LE(at.rejected);
  const text = createTexts(bytes);
  return {
    meta: { source, kind, receivedAt, serverVisitorId, batchContext } as ChunkMeta,
    entries: Array.from({ length: count }, (_, index) => decodeEntry(bytes, recordStart(index), text)),
  };
};
