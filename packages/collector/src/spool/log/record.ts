import { crc32 } from 'node:zlib';
import { at as chunkAt } from '../chunk-layout.ts';
import { chunkIsWhole } from '../chunk.ts';
import { seenKeyBytes } from '../seen.ts';

/**
 * How what one request brought lies in the log, little-endian: this head, the keys of the messageIds of its accepted events, and its
 * chunk, which has a checksum of its own. Repeats were left out before; a chunk may hold no entry at all, where all were.
 */
const at = {
  /** CRC-32 of the rest of the head and of the keys. */
  crc: 0,
  mark: 4,
  sequence: 8,
  chunkBytes: 16,
  keys: 20,
  duplicates: 24,
  replaces: 28,
} as const;

export const recordHeadBytes = 32;
const mark = 0x314c_4b4e;

export interface RecordFields {
  /** Sequence number of its first entry. */
  readonly sequence: number;
  /** Repeats that were in the request. */
  readonly duplicates: number;
  /** The reject that it stands for now; 0 for none. */
  readonly replaces: number;
}

export interface LogRecord extends RecordFields {
  /** The file that it lies in. */
  readonly base: number;
  /** Where it begins and ends, as positions in the log. */
  readonly start: number;
  readonly end: number;
  /** How many entries its chunk has, rejects included. */
  readonly entries: number;
  /** Position of its chunk. */
  readonly chunkStart: number;
  /** 16 bytes for each accepted event. These and the chunk are valid until the next record is read. */
  readonly keys: Buffer;
  readonly chunk: Buffer;
}

// No bit operation: what a damaged head says may need more than 32 bits.
export const aligned = (size: number): number => Math.ceil(size / 8) * 8;

/** Bytes before the chunk. */
export const leadBytes = (keys: number): number => recordHeadBytes + keys * seenKeyBytes;

export const recordBytes = (keys: number, chunkBytes: number): number =>
  aligned(leadBytes(keys) + chunkBytes);

/** Writes the head; the keys stand behind it already. */
export const writeRecordHead = (
  to: Buffer,
  start: number,
  keys: number,
  chunkBytes: number,
  { sequence, duplicates, replaces }: RecordFields,
): void => {
  to.writeUInt32LE(mark, start + at.mark);
  to.writeDoubleLE(sequence, start + at.sequence);
  to.writeUInt32LE(chunkBytes, start + at.chunkBytes);
  to.writeUInt32LE(keys, start + at.keys);
  to.writeUInt32LE(duplicates, start + at.duplicates);
  to.writeUInt32LE(replaces, start + at.replaces);
  to.writeUInt32LE(crc32(to.subarray(start + at.mark, start + leadBytes(keys))), start + at.crc);
};

/** How long the record is whose head this is; null if it is none. */
export const recordSize = (head: Buffer): number | null =>
  head.readUInt32LE(at.mark) === mark
    ? recordBytes(head.readUInt32LE(at.keys), head.readUInt32LE(at.chunkBytes))
    : null;

/** The record of these bytes; null if it is not as it was written. */
export const readRecord = (bytes: Buffer, base: number, start: number): LogRecord | null => {
  const keys = bytes.readUInt32LE(at.keys);
  const lead = leadBytes(keys);
  const chunkBytes = bytes.readUInt32LE(at.chunkBytes);
  if (chunkBytes < chunkAt.records || crc32(bytes.subarray(at.mark, lead)) !== bytes.readUInt32LE(at.crc))
    return null;
  const chunk = bytes.subarray(lead, lead + chunkBytes);
  if (!chunkIsWhole(chunk)) return null;
  return {
    sequence: bytes.readDoubleLE(at.sequence),
    duplicates: bytes.readUInt32LE(at.duplicates),
    replaces: bytes.readUInt32LE(at.replaces),
    base,
    start,
    end: start + recordBytes(keys, chunkBytes),
    entries: chunk.readUInt32LE(chunkAt.accepted) + chunk.readUInt32LE(chunkAt.rejected),
    chunkStart: start + lead,
    keys: bytes.subarray(recordHeadBytes, lead),
    chunk,
  };
};
