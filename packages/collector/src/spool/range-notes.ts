import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Range } from './ranges.ts';
import type { Cursor } from './spool.ts';

/** Which ranges were fixed before they were sent, noted beside the index. One thread loads, and writes it. */
export interface RangeNotes {
  /** After the transaction that fixed them, before they are sent. Never throws: without a note only the witness is missing. */
  write(destination: string, ranges: readonly Range[]): void;
  /** What was written last. */
  read(destination: string): readonly Range[];
  /** A cursor with the ranges that follow it and that it has not. */
  complete(destination: string, cursor: Cursor, head: number): Cursor;
  close(): void;
}

const name = 'ranges';

interface Noted {
  readonly id: string;
  readonly ranges: Readonly<Record<string, readonly Range[]>>;
}

const readFile = (path: string): Noted | null => {
  try {
    const [line = ''] = readFileSync(path, 'utf8').split('\n', 1);
    return JSON.parse(line) as Noted;
  } catch {
    // There is none, or it is damaged: the index is what counts.
    return null;
  }
};

/**
 * LMDB goes back one transaction when its newest meta page is destroyed. If that one fixed a range, the destination may have taken the
 * batch already, and a range that is drawn anew, with what has come since, would bring it a second time under another id. This is the
 * witness; as the seal (seal.ts) it is not synced.
 */
export const createRangeNotes = (folder: string, id: string): RangeNotes => {
  const path = join(folder, name);
  const found = readFile(path);
  let ranges = new Map(found?.id === id ? Object.entries(found.ranges) : []);
  let file: number | null = null;
  return {
    write(destination, next) {
      ranges = new Map([...ranges, [destination, next]]);
      try {
        file ??= openSync(path, existsSync(path) ? 'r+' : 'w', 0o600);
        // What was longer ends behind the line.
        writeSync(file, `${JSON.stringify({ id, ranges: Object.fromEntries(ranges) })}\n`, 0);
      } catch {
        // A full disk.
      }
    },
    read: (destination) => ranges.get(destination) ?? [],
    complete(destination, cursor, head) {
      let end = cursor.ranges.at(-1)?.[1] ?? cursor.next;
      const more: Range[] = [];
      for (const [from, to] of ranges.get(destination) ?? []) {
        if (from !== end || to > head) continue;
        more.push([from, to]);
        end = to;
      }
      return more.length > 0 ? { next: cursor.next, ranges: [...cursor.ranges, ...more] } : cursor;
    },
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
};
