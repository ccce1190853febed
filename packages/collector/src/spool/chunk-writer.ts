import type { Chunk } from './chunk.ts';
import {
  at,
  nullLength,
  numberColumns,
  recordStart,
  sharedTexts,
  textColumns,
  version,
} from './chunk-layout.ts';

const initialBytes = 256 * 1024;
const keptBytes = 8 * 1024 * 1024;
/** UTF-8 takes at most so many bytes for a unit of a JavaScript string. */
const worst = 3;

/** Writes chunks into one buffer that it keeps: an allocation for each request is what costs most. */
export const createChunkWriter = (): ((chunk: Chunk) => Buffer) => {
  let bytes = Buffer.alloc(0);
  let words = new Uint32Array(0);
  let doubles = new Float64Array(0);
  /** Where the next text goes. */
  let end = 0;
  const lastText: (string | null)[] = [];
  const lastPlace: number[] = [];

  const allocate = (size: number): void => {
    const larger = Buffer.allocUnsafeSlow(Math.ceil(size / 8) * 8);
    bytes.copy(larger, 0, 0, end);
    bytes = larger;
    words = new Uint32Array(larger.buffer);
    doubles = new Float64Array(larger.buffer);
  };
  const room = (size: number): void => {
    if (end + size > bytes.length) allocate(Math.max(bytes.length * 2, end + size));
  };

  /** @param place of the reference, in words */
  const text = (place: number, value: string | null, slot: number): void => {
    if (value === null) {
      words[place] = 0;
      words[place + 1] = nullLength;
      return;
    }
    if (value === lastText[slot]) {
      const known = lastPlace[slot]!;
      words[place] = words[known]!;
      words[place + 1] = words[known + 1]!;
      return;
    }
    room(value.length * worst);
    words[place] = end;
    words[place + 1] = bytes.write(value, end, 'utf8');
    end += words[place + 1]!;
    lastText[slot] = value;
    lastPlace[slot] = place;
  };

  /**
   * All payloads, behind the texts. Those of a request mostly lie in its body with one byte between two of them, a comma: such a row is
   * copied in one piece. What stands between them is made zero: it may be of memory that held something else.
   */
  const payloads = (entries: Chunk['entries']): void => {
    let index = 0;
    while (index < entries.length) {
      const first = entries[index]!.payload;
      const { buffer, byteOffset: start } = first;
      let behind = start + first.length;
      let next = index + 1;
      for (; next < entries.length; next += 1) {
        const { payload } = entries[next]!;
        if (payload.buffer !== buffer || payload.byteOffset !== behind + 1) break;
        behind += payload.length + 1;
      }
      room(behind - start);
      bytes.set(next === index + 1 ? first : new Uint8Array(buffer, start, behind - start), end);
      for (; index < next; index += 1) {
        const { payload } = entries[index]!;
        const place = (recordStart(index) + at.payload) >> 2;
        const offset = end + payload.byteOffset - start;
        words[place] = offset;
        words[place + 1] = payload.length;
        if (index + 1 < next) bytes[offset + payload.length] = 0;
      }
      end += behind - start;
    }
  };

  return ({ meta, entries }) => {
    lastText.length = 0;
    end = recordStart(entries.length);
    if (bytes.length > keptBytes || end > bytes.length) allocate(Math.max(initialBytes, end));
    let accepted = 0;
    doubles[at.receivedAt >> 3] = meta.receivedAt;
    for (const [index, name] of sharedTexts.entries())
      text((at.shared >> 2) + index * 2, meta[name], textColumns.length + index);
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index]!;
      const start = recordStart(index);
      const numbersAt = (start + at.numbers) >> 3;
      const textsAt = (start + at.texts) >> 2;
      words[(start >> 2) + 1] = 0;
      if ('columns' in entry) {
        const { columns } = entry;
        accepted += 1;
        words[start >> 2] = 0;
        // By name, not in a loop: a property that is known when it is compiled is read three times as fast.
        doubles[numbersAt] = columns.sequence ?? NaN;
        doubles[numbersAt + 1] = columns.occurredAt;
        doubles[numbersAt + 2] = columns.originalTimestamp ?? NaN;
        doubles[numbersAt + 3] = columns.sentAt ?? NaN;
        text(textsAt, columns.messageId, 0);
        text(textsAt + 2, columns.type, 1);
        text(textsAt + 4, columns.event, 2);
        text(textsAt + 6, columns.anonymousId, 3);
        text(textsAt + 8, columns.userId, 4);
        text(textsAt + 10, columns.sessionId, 5);
        text(textsAt + 12, columns.phone, 6);
        text(textsAt + 14, columns.email, 7);
        text(textsAt + 16, columns.library, 8);
        text(textsAt + 18, columns.ip, 9);
        text(textsAt + 20, columns.userAgent, 10);
        text(textsAt + 22, columns.bot, 11);
      } else {
        words[start >> 2] = 1;
        doubles.fill(NaN, numbersAt, numbersAt + numberColumns.length);
        text(textsAt, entry.messageId, 0);
        text(textsAt + 2, entry.code, 1);
        text(textsAt + 4, entry.detail, 2);
        for (let column = 3; column < textColumns.length; column += 1)
          text(textsAt + column * 2, null, column);
      }
    }
    payloads(entries);
    words[at.version >> 2] = version;
    words[at.accepted >> 2] = accepted;
    words[at.rejected >> 2] = entries.length - accepted;
    return bytes.subarray(0, end);
  };
};
