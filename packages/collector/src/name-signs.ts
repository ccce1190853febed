import { backslash } from './json-bytes.ts';

/** What a body's strings tell the privacy guard. Most bodies have none of it, and their events need not be looked into. */
export interface Signs {
  /** A string ends as the names of addresses do: `ip`, `remoteAddr`, `X-Forwarded-For` … */
  address: boolean;
  /** An escape of a character below U+0100: a name could be hidden behind it. */
  escape: boolean;
  /** Where strings stand that end in `writeKey`: bytes of the body, of the closing quotes. */
  readonly keyPlaces: number[];
}

export const createSigns = (): Signs => ({ address: false, escape: false, keyPlaces: [] });

const bytesOf = (text: string): readonly number[] => [...Buffer.from(text)].reverse();
/** As the names of addresses end, in lower case. */
const addressEnds = ['ip', 'ddr', 'ddress', '-for'].map(bytesOf);
const keyEnd = bytesOf('writeKey');

/** A name in each bit, set for the byte at its end (or the one before that): two looks tell of most strings that they are none. */
const bitsAt = (place: number): Uint8Array => {
  const bits = new Uint8Array(256);
  for (const [index, name] of [...addressEnds, keyEnd].entries()) {
    bits[name[place]!]! |= 1 << index;
    if (name !== keyEnd) bits[name[place]! & 0xdf]! |= 1 << index;
  }
  return bits;
};
export const endBits = bitsAt(0);
export const beforeEndBits = bitsAt(1);

const endsAt = (body: Uint8Array, end: number, name: readonly number[], fold: number): boolean => {
  for (let index = 0; index < name.length; index += 1)
    if ((body[end - 1 - index]! | fold) !== name[index]) return false;
  return true;
};

/** @param end of the closing quote of a string; worth a call if its last bytes share a bit */
export const noteName = (signs: Signs, body: Uint8Array, end: number): void => {
  // 0x20 makes capitals small, and no other byte of these names anything else.
  for (const name of addressEnds) if (endsAt(body, end, name, 0x20)) signs.address = true;
  if (endsAt(body, end, keyEnd, 0)) signs.keyPlaces.push(end);
};

/** @param at of a backslash within a string */
export const noteEscape = (signs: Signs, body: Uint8Array, at: number): void => {
  if (body[at + 1] === 0x75 && body[at + 2] === 0x30 && body[at + 3] === 0x30) signs.escape = true;
};

/** @param from of the opening quote; @param end behind the closing one */
export const noteString = (signs: Signs, body: Uint8Array, from: number, end: number): void => {
  for (let at = from; at < end; at += 1) {
    if (body[at] !== backslash) continue;
    noteEscape(signs, body, at);
    at += 1;
  }
  noteName(signs, body, end - 1);
};
