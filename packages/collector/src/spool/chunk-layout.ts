/**
 * How a chunk lies on disk, so that a loader takes its rows without parsing: a head, a record of fixed size for each entry, then all
 * texts in UTF-8 and the payloads. A record has places of texts (offset and length, 4 bytes each, from the chunk's first byte) and
 * numbers (8 bytes, NaN for none). A text that the entry before has too stands there once. Little-endian throughout.
 */
export const version = 2;

/** An entry's columns of text, in the order of its record. A rejected entry has its code in `type` and its detail in `event`. */
export const textColumns = [
  'messageId', 'type', 'event', 'anonymousId', 'userId', 'sessionId', 'phone', 'email', 'library', 'ip', 'userAgent', 'bot',
] as const; // prettier-ignore

export const numberColumns = ['sequence', 'occurredAt', 'originalTimestamp', 'sentAt'] as const;

/** What all entries share, in the order of the head. */
export const sharedTexts = ['source', 'kind', 'serverVisitorId', 'batchContext'] as const;

const headBytes = 24 + sharedTexts.length * 8;
const numbers = 8;
const texts = numbers + numberColumns.length * 8;
const payload = texts + textColumns.length * 8;
const recordBytes = payload + 8;

/** Byte offsets: of the head in the chunk, then of fields in a record. */
export const at = {
  /** CRC-32 of all that follows it. */
  crc: 0,
  version: 4,
  accepted: 8,
  rejected: 12,
  receivedAt: 16,
  shared: 24,
  records: headBytes,
  /** 0 for an accepted entry. */
  state: 0,
  numbers,
  texts,
  payload,
} as const;

export const recordStart = (index: number): number => headBytes + index * recordBytes;

/** The length that stands for a text that is not there. */
export const nullLength = 0xffff_ffff;
export const isNull = (length: number): boolean => length === nullLength;
