import { statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@nitka/core';
import { logFolder } from './log/log.ts';
import { openSegments } from './log/segments.ts';
import type { Spool } from './spool.ts';

/**
 * How old the oldest entry is that a destination has not taken, milliseconds; null if nothing waits.
 *
 * @param unsettledSince since when the index takes nothing in, and has not when an entry came; null while it does
 */
export const behindOf =
  (
    spool: Pick<Spool, 'cursor' | 'head' | 'receivedAt'>,
    { now }: Pick<Clock, 'now'>,
    unsettledSince: () => number | null,
  ) =>
  (destination: string): number | null => {
    const { next } = spool.cursor(destination);
    if (next >= spool.head()) return null;
    const receivedAt = spool.receivedAt(next) ?? unsettledSince();
    return receivedAt === null ? null : Math.max(now() - receivedAt, 0);
  };

/** Bytes of the disk of a data folder; asked when the metrics are. */
export const diskOf = (dataDir: string) => {
  const folder = join(dataDir, 'spool');
  const segments = openSegments(logFolder(folder));
  return (): { readonly free: number; readonly spool: number } => {
    const { bavail, bsize } = statfsSync(dataDir);
    // A sparse file of any size takes what was written of it.
    const { blocks } = statSync(join(folder, 'data.mdb'));
    return { free: bavail * bsize, spool: blocks * 512 + segments.diskBytes() };
  };
};
