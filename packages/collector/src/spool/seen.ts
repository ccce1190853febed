import { createHash } from 'node:crypto';

const nibble = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit += 1) nibble[digit.toString(16).charCodeAt(0)] = digit;

const nibbleAt = (text: string, index: number): number => nibble[text.charCodeAt(index)] ?? -1;

/** Writes the 16 bytes of a UUID; false if the text is none in lower case. */
const packUuid = (id: string, packed: Buffer, start: number): boolean => {
  if (id.length !== 36) return false;
  let at = 0;
  for (let byte = 0; byte < 16; byte += 1) {
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (id.charCodeAt(at) !== 0x2d) return false;
      at += 1;
    }
    const high = nibbleAt(id, at);
    const low = nibbleAt(id, at + 1);
    if (high < 0 || low < 0) return false;
    packed[start + byte] = (high << 4) | low;
    at += 2;
  }
  return true;
};

export const seenKeyBytes = 16;

/**
 * The key of a messageId in the index of those seen, 16 bytes. A UUID in lower case keeps its order, so that
 * version 7 ids append to the B-tree instead of touching a random page each; any other text is hashed.
 */
export const writeSeenKey = (messageId: string, to: Buffer, start: number): void => {
  if (!packUuid(messageId, to, start))
    createHash('sha256').update(messageId).digest().copy(to, start, 0, seenKeyBytes);
};

export const seenKey = (messageId: string): Buffer => {
  const key = Buffer.allocUnsafe(seenKeyBytes);
  writeSeenKey(messageId, key, 0);
  return key;
};

/** True for the key of a UUID of version 7 (RFC 9562 §5.7): these come about in their order. */
export const isOrdered = (key: Buffer): boolean => key[6]! >> 4 === 7 && key[8]! >> 6 === 2;
