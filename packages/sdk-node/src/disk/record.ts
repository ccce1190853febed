import { crc32 } from 'node:zlib';
import { countEvents } from '../queue/batch-text.ts';
import type { StoredChunk } from '../queue/storage.ts';

/**
 * A record: the time of its first call (8 bytes, float64 LE), the CRC-32 of the text (4 bytes, LE) and the events, joined as
 * batch-text.ts says. Formats 1 and 2 had no CRC-32.
 */
const head = { plain: 8, checked: 12 };

export const encodeRecord = (text: Uint8Array<ArrayBuffer>, queuedAt: number): Buffer<ArrayBuffer> => {
  const value = Buffer.allocUnsafe(head.checked + text.length);
  value.writeDoubleLE(queuedAt, 0);
  value.writeUInt32LE(crc32(text), 8);
  value.set(text, head.checked);
  return value;
};

/** @returns undefined where the disk gave back something else than was written */
export const decodeRecord = (
  key: number,
  value: Buffer<ArrayBuffer>,
  isChecked: boolean,
): StoredChunk | undefined => {
  const length = isChecked ? head.checked : head.plain;
  if (value.length <= length) return undefined;
  const text = value.subarray(length);
  if (isChecked && crc32(text) !== value.readUInt32LE(8)) return undefined;
  return { key, queuedAt: value.readDoubleLE(0), count: countEvents(text), text };
};
