import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  openBrace,
  openBracket,
  quote,
  skipString,
} from '../json-bytes.ts';

/** An object or array on the way to a scalar. */
export interface Place {
  /** By which name it is held; an array's elements have the array's. Empty for the outermost. */
  readonly key: string;
  readonly parent: Place | null;
}

export interface Scalar {
  /** The name that holds it, or that of the array it is in. */
  readonly key: string;
  /** What holds it. */
  readonly place: Place;
  /** The text of a string; of anything else its JSON. */
  readonly text: string;
  readonly isString: boolean;
}

interface Frame extends Place {
  readonly isObject: boolean;
  readonly parent: Frame | null;
  member: string;
  expectsKey: boolean;
}

export interface Rewrite {
  /** The JSON that stands in for a value, or null to leave it. */
  value(scalar: Scalar): string | null;
  /** The name that stands in for a member's, or null to leave it. */
  key?(name: string): string | null;
}

const isDelimiter = (byte: number | undefined): boolean =>
  byte === undefined || byte <= 0x20 || byte === comma || byte === closeBrace || byte === closeBracket;

const textOf = (raw: Buffer, start: number, end: number): string => {
  const inner = raw.toString('utf8', start + 1, end - 1);
  return inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner;
};

/**
 * Replaces single values and leaves every other byte as it is: numbers keep their digits, members their order, space its place.
 * The bytes must be valid JSON. The same buffer comes back when nothing was replaced.
 */
export const rewriteJson = (raw: Buffer, rewrite: Rewrite): Buffer => {
  const pieces: Buffer[] = [];
  let copied = 0;
  let frame: Frame = { key: '', parent: null, isObject: false, member: '', expectsKey: false };

  const replace = (start: number, end: number, json: string | null): void => {
    if (json === null) return;
    pieces.push(raw.subarray(copied, start), Buffer.from(json));
    copied = end;
  };
  const nameHere = (): string => (frame.isObject ? frame.member : frame.key);
  const scalar = (start: number, end: number, isString: boolean): void => {
    const text = isString ? textOf(raw, start, end) : raw.toString('latin1', start, end);
    replace(start, end, rewrite.value({ key: nameHere(), place: frame, text, isString }));
  };

  let at = 0;
  while (at < raw.length) {
    const byte = raw[at]!;
    if (byte === quote) {
      const end = skipString(raw, at);
      if (frame.expectsKey) {
        frame.member = textOf(raw, at, end);
        const name = rewrite.key?.(frame.member) ?? null;
        replace(at, end, name === null ? null : JSON.stringify(name));
        frame.expectsKey = false;
      } else scalar(at, end, true);
      at = end;
      continue;
    }
    if (byte === openBrace || byte === openBracket) {
      const isObject = byte === openBrace;
      frame = { key: nameHere(), parent: frame, isObject, member: '', expectsKey: isObject };
    } else if (byte === closeBrace || byte === closeBracket) frame = frame.parent ?? frame;
    else if (byte === comma) frame.expectsKey = frame.isObject;
    else if (byte > 0x20 && byte !== colon) {
      let end = at + 1;
      while (!isDelimiter(raw[end])) end += 1;
      scalar(at, end, false);
      at = end;
      continue;
    }
    at += 1;
  }
  return pieces.length === 0 ? raw : Buffer.concat([...pieces, raw.subarray(copied)]);
};
