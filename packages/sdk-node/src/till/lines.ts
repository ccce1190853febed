import { NitkaError } from '@nitka/core';

/** One line of a source, as it came. */
export interface Line {
  /** 1, 2, 3 … */
  readonly number: number;
  /** Without what ends the line. */
  readonly bytes: Buffer;
}

/** Bytes: what has no line break for so long is no list of events, and would not fit into memory. */
const longest = 16 * 1024 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

const withoutReturn = (bytes: Buffer): Buffer =>
  bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;

/**
 * The lines of a source as bytes: the texts that `node:readline` makes no longer tell what was no UTF-8, and it gathers a line that
 * never ends until the memory is full.
 *
 * @throws NitkaError `event_too_large` for a line that never ends; and what the source throws
 */
export async function* linesOf(source: AsyncIterable<Buffer | string>): AsyncGenerator<Line> {
  let number = 0;
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of source) {
    const chunk = typeof part === 'string' ? Buffer.from(part) : part;
    let start = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, start)) {
      const bytes = Buffer.concat([...parts, chunk.subarray(start, at)]);
      parts = [];
      size = 0;
      start = at + 1;
      yield { number: ++number, bytes: withoutReturn(bytes) };
    }
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > longest) throw new NitkaError('event_too_large', `line ${number + 1} has no end`);
  }
  if (size > 0) yield { number: ++number, bytes: withoutReturn(Buffer.concat(parts)) };
}
