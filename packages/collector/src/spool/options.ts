import { join } from 'node:path';
import type { CollectorConfig } from '../config.ts';

export interface EarlierId {
  readonly id: string;
  readonly until: number;
}

export interface AppendOptions {
  /** The reject that these entries stand for now: it is taken out of the rejects and of their count. */
  readonly replaces?: number;
}

export interface SpoolOptions {
  readonly folder: string;
  /** Milliseconds for which entries are kept that every destination has. @default 0 */
  readonly keepMilliseconds?: number;
  /** @default Date.now */
  readonly now?: () => number;
  /** Told of a failed transaction, for the log. */
  readonly onError?: (error: unknown) => void;
  /**
   * Who takes into the index what was appended: this thread, with each append, or another one that has opened the spool as a follower
   * and calls `settle`. @default 'at once'
   */
  readonly settling?: 'at once' | 'elsewhere';
  /** A file of the log that is so long is followed by the next one. @default 32 MiB */
  readonly segmentBytes?: number;
  /** `written` of the spool in the thread that appends: this one only reads, settles and notes. @default null */
  readonly follows?: SharedArrayBuffer | null;
}

const oneDay = 86_400_000;

/** No option of the config: tests of the built program set it, so that a log of many files need not be a large one. */
const segmentBytesVariable = 'NITKA_TEST_LOG_FILE_BYTES';

/** The spool of a config. */
export const spoolOptions = (
  { dataDir, spool }: Pick<CollectorConfig, 'dataDir' | 'spool'>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Pick<SpoolOptions, 'folder' | 'keepMilliseconds' | 'segmentBytes'> => {
  const segmentBytes = Number(environment[segmentBytesVariable]);
  return {
    folder: join(dataDir, 'spool'),
    keepMilliseconds: spool.keepDays * oneDay,
    ...(segmentBytes > 0 && { segmentBytes }),
  };
};
