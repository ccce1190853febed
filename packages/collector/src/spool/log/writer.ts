import { close, constants, fdatasync, ftruncate, open, write } from 'node:fs';
import { promisify } from 'node:util';
import { syncFolder } from '../../destinations/durable-file.ts';
import type { Segments } from './segments.ts';

export interface LogWriter {
  /** Position behind the last byte that is on disk. */
  end(): number;
  /** Appends bytes; resolves once they are on disk. After a failure nothing of them is part of the log. One call at a time. */
  write(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

export interface LogWriterOptions {
  readonly segments: Segments;
  /** Where the log ends. */
  readonly end: number;
  /** The file that holds its end; null to begin a new one. */
  readonly base: number | null;
  /** A file that is so long is followed by the next one. @default 32 MiB */
  readonly segmentBytes?: number;
}

/**
 * Linux: each write is on disk when it returns, as with `fdatasync` after it, for one call in the place of two
 * (https://man7.org/linux/man-pages/man2/open.2.html, O_DSYNC). Elsewhere Node's `fdatasync` does more: on macOS it empties the disk's cache.
 */
const writesThrough = process.platform === 'linux';
const { O_CREAT, O_TRUNC, O_WRONLY, O_DSYNC } = constants;
const flags = O_WRONLY | (writesThrough ? O_DSYNC : 0);

const openFile = promisify(open);
const closeFile = promisify(close);
const truncate = promisify(ftruncate);
const sync = promisify(fdatasync);

/** Without `promisify`, which gives an object for each result. A write may take a part only. */
const writeAll = (file: number, bytes: Buffer, position: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const rest = (done: number): void =>
      write(file, bytes, done, bytes.length - done, position + done, (error, count) => {
        if (error) reject(error);
        else if (done + count < bytes.length) rest(done + count);
        else resolve();
      });
    rest(0);
  });

/**
 * A group of requests is one durable write. A file whose write failed is cut back and left: what the kernel makes of its pages afterwards
 * is not known (https://wiki.postgresql.org/wiki/Fsync_Errors), and the next group goes into a new one.
 */
export const createLogWriter = ({
  segments,
  end: start,
  base: first,
  segmentBytes = 32 * 1024 * 1024,
}: LogWriterOptions): LogWriter => {
  let end = start;
  let base = first;
  let file: number | null = null;

  const isFull = (): boolean => base === null || end - base >= segmentBytes;

  const fileOf = async (): Promise<number> => {
    if (file !== null && !isFull()) return file;
    if (file !== null) await closeFile(file);
    file = null;
    if (base !== null && !isFull()) return (file = await openFile(segments.pathOf(base), flags));
    base = end;
    // One of this name may be there, of which nothing got to the disk.
    file = await openFile(segments.pathOf(base), flags | O_CREAT | O_TRUNC, 0o600);
    await syncFolder(segments.folder);
    return file;
  };

  const giveUp = async (): Promise<void> => {
    const failed = file;
    const length = end - (base ?? end);
    file = null;
    base = null;
    if (failed === null) return;
    await truncate(failed, length).catch(() => undefined);
    await closeFile(failed).catch(() => undefined);
  };

  return {
    end: () => end,
    async write(bytes) {
      try {
        const current = await fileOf();
        await writeAll(current, bytes, end - base!);
        if (!writesThrough) await sync(current);
        end += bytes.length;
      } catch (error) {
        await giveUp();
        throw error;
      }
    },
    async close() {
      if (file !== null) await closeFile(file);
      file = null;
    },
  };
};
