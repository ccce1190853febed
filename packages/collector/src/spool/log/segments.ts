import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * The files of the log. It is one row of bytes, and each file has a part of it: its name is the position of its first byte, 16 digits. A
 * file that was given up after a failed write may reach beyond the start of the next one; what stands there is none of the log.
 */
export interface Segments {
  readonly folder: string;
  /** Positions at which files begin, in order. Asked of the disk each time. */
  list(): number[];
  pathOf(base: number): string;
  /** Reads at most so many bytes from a position on; gives how many there were. */
  read(base: number, position: number, target: Buffer, length: number): number;
  /** Whether a file reaches to a position. */
  reaches(base: number, position: number): boolean;
  /** Cuts a file off at a position. */
  cut(base: number, position: number): void;
  remove(base: number): void;
  /** Bytes on the disk. */
  diskBytes(): number;
  /** Closes what is open; it is opened again when it is read. A file that was removed takes room on the disk until then. */
  close(): void;
}

const digits = 16;
const name = new RegExp(`^(\\d{${digits}})\\.log$`);

/** The file that has a position, of those in order; -1 for none. */
export const segmentAt = (bases: readonly number[], position: number): number =>
  bases.filter((base) => base <= position).length - 1;

/** Files that stay open to be read. */
const maxOpen = 4;

/** @param folder is there already */
export const openSegments = (folder: string): Segments => {
  const opened = new Map<number, number>();
  const pathOf = (base: number): string => join(folder, `${String(base).padStart(digits, '0')}.log`);
  const letGo = (base: number): void => {
    const descriptor = opened.get(base);
    if (descriptor !== undefined) closeSync(descriptor);
    opened.delete(base);
  };
  const open = (base: number): number => {
    const known = opened.get(base);
    if (known !== undefined) return known;
    const [oldest] = opened.keys();
    if (opened.size >= maxOpen && oldest !== undefined) letGo(oldest);
    const descriptor = openSync(pathOf(base), 'r');
    opened.set(base, descriptor);
    return descriptor;
  };
  // A spool of a version that kept no log has no such folder until it is opened.
  const names = (): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  const list = (): number[] =>
    names()
      .flatMap((file) => {
        const [, digitsOf] = name.exec(file) ?? [];
        return digitsOf === undefined ? [] : [Number(digitsOf)];
      })
      .sort((a, b) => a - b);
  return {
    folder,
    list,
    pathOf,
    read(base, position, target, length) {
      const descriptor = open(base);
      let done = 0;
      while (done < length) {
        const count = readSync(descriptor, target, done, length - done, position - base + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    },
    reaches: (base, position) => fstatSync(open(base)).size >= position - base,
    cut: (base, position) => truncateSync(pathOf(base), position - base),
    remove(base) {
      letGo(base);
      rmSync(pathOf(base), { force: true });
    },
    diskBytes: () =>
      list().reduce(
        (sum, base) => sum + (statSync(pathOf(base), { throwIfNoEntry: false })?.blocks ?? 0) * 512,
        0,
      ),
    close() {
      for (const base of [...opened.keys()]) letGo(base);
    },
  };
};
