import { statfs } from 'node:fs/promises';
import type { ErrorCode } from '@nitka/core';

export interface Backpressure {
  /** Why new events must be put off now, or null. */
  reason(): ErrorCode | null;
  stop(): void;
}

export interface BackpressureOptions {
  readonly folder: string;
  /** Bytes that may wait for the disk. */
  readonly waitingBytes: number;
  /** Free bytes below which nothing more is taken. */
  readonly freeDiskBytes: number;
}

export interface BackpressureParts {
  readonly waiting: () => number;
  readonly freeBytes?: (folder: string) => Promise<number>;
}

const freeBytesOf = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/** Says no before memory or disk run out. The disk is asked each second: LMDB must keep room to commit its removals. */
export const createBackpressure = async (
  { folder, waitingBytes, freeDiskBytes }: BackpressureOptions,
  { waiting, freeBytes = freeBytesOf }: BackpressureParts,
): Promise<Backpressure> => {
  let full = false;
  let stopping = false;
  const check = async (): Promise<void> => {
    // A file system that cannot tell is no reason to refuse events: the commit itself would fail.
    full = await freeBytes(folder).then(
      (free) => free < freeDiskBytes,
      () => false,
    );
  };
  await check();
  const timer = setInterval(() => void check(), 1000).unref();
  return {
    reason: () =>
      stopping ? 'shutting_down' : full ? 'spool_full' : waiting() > waitingBytes ? 'overloaded' : null,
    stop() {
      stopping = true;
      clearInterval(timer);
    },
  };
};
