import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../make-folder.ts';
import { createLogReader } from './reader.ts';
import type { LogReader } from './reader.ts';
import { openSegments } from './segments.ts';
import type { Segments } from './segments.ts';
import { cutAtEnd, findEnd } from './tail.ts';
import type { LogEnd, SettledTo } from './tail.ts';
import { createLogWriter } from './writer.ts';
import type { LogWriter, LogWriterOptions } from './writer.ts';

/** The log, as one thread has it. */
export interface Log {
  readonly segments: Segments;
  readonly reader: LogReader;
  /** Position behind what is on disk: shared with the threads that follow. */
  readonly written: SharedArrayBuffer;
  /** What was found when it was opened; null in a thread that follows. */
  readonly tail: LogEnd | null;
  end(): number;
  /** What is on disk now. */
  tell(end: number): void;
  /** Cuts off what was on its way. Once, and not in a thread that follows. */
  openWriter(options?: Pick<LogWriterOptions, 'segmentBytes'>): LogWriter;
}

export const logFolder = (spoolFolder: string): string => join(spoolFolder, 'log');

/** On Windows a folder cannot be synced, and need not be. */
const syncFolderNow = (folder: string): void => {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

export const openLog = (spoolFolder: string, settled: SettledTo, follows: SharedArrayBuffer | null): Log => {
  const folder = logFolder(spoolFolder);
  for (const made of makeFolder(folder)) syncFolderNow(dirname(made));
  const segments = openSegments(folder);
  const reader = createLogReader(segments);
  const written = follows ?? new SharedArrayBuffer(8);
  const cell = new BigInt64Array(written);
  const tell = (end: number): void => void Atomics.store(cell, 0, BigInt(end));
  const end = (): number => Number(Atomics.load(cell, 0));
  const tail = follows ? null : findEnd(reader, settled);
  if (tail) tell(tail.end);
  return {
    segments,
    reader,
    written,
    tail,
    end,
    tell,
    openWriter: (options) =>
      createLogWriter({ ...options, segments, end: end(), base: cutAtEnd(segments, end()) }),
  };
};
