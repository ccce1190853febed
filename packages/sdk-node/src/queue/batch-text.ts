/**
 * Events are stored and sent as their JSON texts joined by a comma and a line break. JSON.stringify writes no raw line
 * break, so such a text can be counted and cut without parsing it, and between brackets it is a JSON array.
 */
export const separator = ',\n';

const lineBreak = 0x0a;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeText = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** @returns bytes written; the target needs three for each character */
export const encodeInto = (text: string, target: Uint8Array<ArrayBuffer>): number =>
  encoder.encodeInto(text, target).written;

/** The single events of a joined text. */
export const eventsOf = (text: Uint8Array<ArrayBuffer>): string[] => decoder.decode(text).split(separator);

export const countEvents = (text: Uint8Array<ArrayBuffer>): number => {
  let count = 1;
  for (let at = text.indexOf(lineBreak); at >= 0; at = text.indexOf(lineBreak, at + 1)) count++;
  return count;
};

/** How many events from `start` on fit, at least one, and where the first that does not begins. */
const measure = (
  text: Uint8Array<ArrayBuffer>,
  start: number,
  limit: { readonly count: number; readonly bytes: number },
): { count: number; next: number } => {
  let next = start;
  for (let count = 0; ; count++) {
    const at = text.indexOf(lineBreak, next);
    const end = at < 0 ? text.length : at + 1;
    const isOver = count >= limit.count || end - start - (at < 0 ? 0 : separator.length) > limit.bytes;
    if (isOver && count > 0) return { count, next };
    next = end;
    if (at < 0) return { count: count + 1, next };
  }
};

/** Cuts a joined text into joined texts within the limit; an event that is larger stands alone. */
export const cutText = (
  text: Uint8Array<ArrayBuffer>,
  limit: { readonly count: number; readonly bytes: number },
): { count: number; text: Uint8Array<ArrayBuffer> }[] => {
  const cuts: { count: number; text: Uint8Array<ArrayBuffer> }[] = [];
  for (let start = 0; start < text.length;) {
    const { count, next } = measure(text, start, limit);
    cuts.push({ count, text: text.subarray(start, next === text.length ? next : next - separator.length) });
    start = next;
  }
  return cuts;
};

/** The events from `start` up to, without, `end`. */
export const sliceText = (
  text: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> => {
  let from = 0;
  for (let n = 0; n < start; n++) from = text.indexOf(lineBreak, from) + 1;
  let to = from;
  for (let n = start; n < end; n++) {
    const at = text.indexOf(lineBreak, to);
    if (at < 0) return text.subarray(from);
    to = at + 1;
  }
  return text.subarray(from, to - separator.length);
};

const separatorBytes = encodeText(separator);

/** Parts in one piece, with `between` in between. */
export const joinTexts = (
  parts: readonly Uint8Array<ArrayBuffer>[],
  between = separatorBytes,
): Uint8Array<ArrayBuffer> => {
  const length = parts.reduce((sum, part) => sum + part.length, 0) + between.length * (parts.length - 1);
  const joined = new Uint8Array(length);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (index > 0) {
      joined.set(between, at);
      at += between.length;
    }
    joined.set(part, at);
    at += part.length;
  }
  return joined;
};
