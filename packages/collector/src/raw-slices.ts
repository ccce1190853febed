import {
  backslash,
  closeBrace,
  closeBracket,
  comma,
  isSpace,
  openBrace,
  openBracket,
  quote,
  skipString,
} from './json-bytes.ts';
import { beforeEndBits, createSigns, endBits, noteEscape, noteName, noteString } from './name-signs.ts';
import type { Signs } from './name-signs.ts';

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

/** The bit in which a brace differs from a bracket. */
const braceBit = 0x20;

/**
 * The value that begins at `from`. Never loops or throws, whatever the bytes: `JSON.parse` is the judge of validity. Every byte of
 * every event goes through here, so it is one loop without calls: half the time of the same in small functions.
 */
const sliceValue = (body: Uint8Array, from: number, signs: Signs): Slice => {
  const size = body.length;
  const [stringEnd, escape] = [quote, backslash];
  let at = from;
  let level = 0;
  let depth = 0;
  while (at < size) {
    const byte = body[at]!;
    if (byte === stringEnd) {
      at += 1;
      while (at < size) {
        const inside = body[at]!;
        if (inside === stringEnd) break;
        if (inside === escape) {
          noteEscape(signs, body, at);
          at += 1;
        }
        at += 1;
      }
      if ((endBits[body[at - 1]!]! & beforeEndBits[body[at - 2]!]!) !== 0) noteName(signs, body, at);
      at += 1;
      continue;
    }
    const folded = byte | braceBit;
    if (folded === openBrace) {
      level += 1;
      if (level > depth) depth = level;
    } else if (folded === closeBrace) {
      if (level === 0) break;
      level -= 1;
    } else if (byte === comma && level === 0) break;
    at += 1;
  }
  let end = Math.min(at, size);
  while (end > from && isSpace(body[end - 1])) end -= 1;
  return { start: from, end, depth };
};

/** A body that is looked at as a whole: how deeply it nests, and its signs. */
export const sliceWhole = (body: Uint8Array): { readonly depth: number; readonly signs: Signs } => {
  const signs = createSigns();
  let depth = 0;
  let at = 0;
  // Bytes that are no JSON may end a value where more follows.
  while (at < body.length) {
    const value = sliceValue(body, at, signs);
    depth = Math.max(depth, value.depth);
    at = Math.max(value.end, at + 1);
  }
  return { depth, signs };
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
  /** What the privacy guard looks for, seen in passing. */
  readonly signs: Signs;
}

/** The elements of the array that begins at `from`, and the index behind it. */
const sliceElements = (body: Uint8Array, from: number, signs: Signs): { elements: Slice[]; end: number } => {
  const elements: Slice[] = [];
  let at = skipSpace(body, from + 1);
  while (at < body.length && body[at] !== closeBracket) {
    const element = sliceValue(body, at, signs);
    elements.push(element);
    at = skipSpace(body, element.end);
    if (body[at] === comma) at = skipSpace(body, at + 1);
    else if (body[at] !== closeBracket) break;
  }
  return { elements, end: at + 1 };
};

/** What the string between the quotes says: few names have an escape. */
const keyOf = (body: Buffer, from: number, end: number): string => {
  const text = body.toString('utf8', from + 1, end - 1);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
};

/** Where the members of the outermost object stand, and the events of a batch: one pass over the bytes, which must be valid JSON. */
export const sliceBody = (body: Buffer): BodySlices => {
  const members: Member[] = [];
  const signs = createSigns();
  let batch: Slice[] | null = null;
  let at = skipSpace(body, 0);
  if (body[at] !== openBrace) return { members, batch, signs };
  at = skipSpace(body, at + 1);
  while (at < body.length && body[at] === quote) {
    const keyStart = at;
    at = skipString(body, keyStart);
    const key = keyOf(body, keyStart, at);
    // The key of the envelope is kept nowhere, and most bodies have one: it is nothing to look for.
    if (key !== 'writeKey' || at - keyStart > '"writeKey"'.length) noteString(signs, body, keyStart, at);
    const start = skipSpace(body, skipSpace(body, at) + 1); // behind the colon
    let end: number;
    if (key === 'batch' && body[start] === openBracket) {
      const array = sliceElements(body, start, signs);
      batch = array.elements;
      end = array.end;
    } else {
      if (key === 'batch') batch = null;
      end = sliceValue(body, start, signs).end;
    }
    members.push({ start, end, key, keyStart });
    at = skipSpace(body, skipSpace(body, end) + 1); // behind a comma, or the end
  }
  return { members, batch, signs };
};
