/** A buffer that grows: what COPY and RowBinary take is written into it without text in between. */
export interface Bytes {
  uint8(value: number): void;
  int16BE(value: number): void;
  int32BE(value: number): void;
  int64BE(value: bigint): void;
  /** The same number in two halves of 32 bits: a BigInt is an object on the heap. */
  halvesBE(high: number, low: number): void;
  int64LE(value: bigint): void;
  /** As {@link Bytes.halvesBE}. */
  halvesLE(low: number, high: number): void;
  /** LEB128. */
  varint(value: number): void;
  raw(value: Buffer): void;
  /** `length` bytes of `source` from `start` on. */
  part(source: Uint8Array, start: number, length: number): void;
  /** UTF-8 behind its length. */
  text(value: string, length: (bytes: number) => void): void;
  readonly length: number;
  /** What was written so far; the buffer starts anew. */
  take(): Buffer;
}

export const createBytes = (size: number): Bytes => {
  let buffer = Buffer.allocUnsafe(size);
  let at = 0;

  const room = (bytes: number): void => {
    if (at + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  };

  const bytes: Bytes = {
    uint8(value) {
      room(1);
      buffer[at] = value;
      at += 1;
    },
    int16BE(value) {
      room(2);
      at = buffer.writeInt16BE(value, at);
    },
    int32BE(value) {
      room(4);
      at = buffer.writeInt32BE(value, at);
    },
    int64BE(value) {
      room(8);
      at = buffer.writeBigInt64BE(value, at);
    },
    halvesBE(high, low) {
      room(8);
      buffer.writeInt32BE(high | 0, at);
      at = buffer.writeInt32BE(low | 0, at + 4);
    },
    halvesLE(low, high) {
      room(8);
      buffer.writeInt32LE(low | 0, at);
      at = buffer.writeInt32LE(high | 0, at + 4);
    },
    int64LE(value) {
      room(8);
      at = buffer.writeBigInt64LE(value, at);
    },
    varint(value) {
      room(5);
      let rest = value;
      while (rest > 0x7f) {
        buffer[at] = (rest & 0x7f) | 0x80;
        at += 1;
        rest >>>= 7;
      }
      buffer[at] = rest;
      at += 1;
    },
    raw(value) {
      room(value.length);
      at += value.copy(buffer, at);
    },
    part(source, start, length) {
      room(length);
      // A call of the native copy costs as much as some forty turns of this loop.
      if (length > 48) Buffer.prototype.copy.call(source, buffer, at, start, start + length);
      else for (let index = 0; index < length; index += 1) buffer[at + index] = source[start + index]!;
      at += length;
    },
    text(value, length) {
      const size = Buffer.byteLength(value);
      length(size);
      room(size);
      at += buffer.write(value, at, size, 'utf8');
    },
    get length() {
      return at;
    },
    take() {
      const taken = buffer.subarray(0, at);
      buffer = Buffer.allocUnsafe(buffer.length);
      at = 0;
      return taken;
    },
  };
  return bytes;
};
