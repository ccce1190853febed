import {
  closeBrace,
  closeBracket,
  comma,
  isSpace,
  openBrace,
  openBracket,
  quote,
  skipString,
} from './json-bytes.ts';

/** Where a value stands in the body: bytes, end exclusive, and how deeply it nests. */
export interface Slice {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/** A member of the outermost object. */
export interface Member {
  readonly key: string;
  /** Of the value: bytes, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Where the member begins, its key included. */
  readonly keyStart: number;
}

const skipSpace = (body: Uint8Array, from: number): number => {
  let at = from;
  while (isSpace(body[at])) at += 1;
  return at;
};

/** The value that begins at `from`. Never loops or throws, whatever the bytes: `JSON.parse` is the judge of validity. */
const sliceValue = (body: Uint8Array, from: number): Slice => {
  let at = from;
  let level = 0;
  let depth = 0;
  while (at < body.length) {
    const byte = body[at];
    if (byte === quote) {
      at = skipString(body, at);
      continue;
    }
    if (byte === openBrace || byte === openBracket) {
      level += 1;
      if (level > depth) depth = level;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (level === 0) break;
      level -= 1;
    } else if (byte === comma && level === 0) break;
    at += 1;
  }
  let end = Math.min(at, body.length);
  while (end > from && isSpace(body[end - 1])) end -= 1;
  return { start: from, end, depth };
};

/** True if nesting anywhere in the bytes goes beyond `limit`: asked before `JSON.parse` builds millions of objects. */
export const nestsDeeper = (body: Uint8Array, limit: number): boolean => {
  let level = 0;
  let at = 0;
  while (at < body.length) {
    const byte = body[at];
    if (byte === quote) {
      at = skipString(body, at);
      continue;
    }
    if (byte === openBrace || byte === openBracket) {
      level += 1;
      if (level > limit) return true;
    } else if (byte === closeBrace || byte === closeBracket) level -= 1;
    at += 1;
  }
  return false;
};

export interface BodySlices {
  readonly members: readonly Member[];
  /** The elements of the last member named `batch`, as `JSON.parse` takes the last of two; null if it is no array. */
  readonly batch: readonly Slice[] | null;
}

/** The elements of the array that begins at `from`, and the index behind it. */
const sliceElements = (body: Uint8Array, from: number): { elements: Slice[]; end: number } => {
  const elements: Slice[] = [];
  let at = skipSpace(body, from + 1);
  while (at < body.length && body[at] !== closeBracket) {
    const element = sliceValue(body, at);
    elements.push(element);
    at = skipSpace(body, element.end);
    if (body[at] === comma) at = skipSpace(body, at + 1);
    else if (body[at] !== closeBracket) break;
  }
  return { elements, end: at + 1 };
};

/** Where the members of the outermost object stand, and the events of a batch: one pass over the bytes, which must be valid JSON. */
export const sliceBody = (body: Uint8Array): BodySlices => {
  const members: Member[] = [];
  let batch: Slice[] | null = null;
  let at = skipSpace(body, 0);
  if (body[at] !== openBrace) return { members, batch };
  at = skipSpace(body, at + 1);
  while (at < body.length && body[at] === quote) {
    const keyStart = at;
    at = skipString(body, at);
    const key = JSON.parse(
      Buffer.from(body.buffer, body.byteOffset + keyStart, at - keyStart).toString(),
    ) as string;
    const start = skipSpace(body, skipSpace(body, at) + 1); // behind the colon
    let end: number;
    if (key === 'batch' && body[start] === openBracket) {
      const array = sliceElements(body, start);
      batch = array.elements;
      end = array.end;
    } else {
      if (key === 'batch') batch = null;
      end = sliceValue(body, start).end;
    }
    members.push({ start, end, key, keyStart });
    at = skipSpace(body, skipSpace(body, end) + 1); // behind a comma, or the end
  }
  return { members, batch };
};
