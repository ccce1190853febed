import { isAscii, isUtf8 } from 'node:buffer';

/** A body as text for `JSON.parse`, and what makes its strings those that were meant. */
export interface BodyText {
  readonly text: string;
  readonly read: ReadText;
  /** False if the bytes are not UTF-8: then some characters were replaced. */
  readonly isUtf8: boolean;
}

export type ReadText = (text: string) => string;

export const asIs: ReadText = (text) => text;

/** UTF-8 that was read as Latin-1. */
const decode: ReadText = (text) => {
  for (let at = 0; at < text.length; at += 1)
    if (text.charCodeAt(at) > 0x7f) return Buffer.from(text, 'latin1').toString('utf8');
  return text;
};

/**
 * Letters beyond ASCII make a text of two bytes a character: it takes ten times as long to decode, and half as long again to parse. Yet
 * in JSON they stand in strings only, and all but a few of those are never looked at. So the bytes are parsed as if they were Latin-1,
 * and a string that is looked at is decoded then. With `\u` in it a string would be a mixture of both: such bodies are decoded whole.
 */
export const readBodyText = (raw: Buffer): BodyText => {
  if (isAscii(raw)) return { text: raw.toString('latin1'), read: asIs, isUtf8: true };
  const valid = isUtf8(raw);
  if (valid && !raw.includes('\\u')) return { text: raw.toString('latin1'), read: decode, isUtf8: true };
  return { text: raw.toString('utf8'), read: asIs, isUtf8: valid };
};
