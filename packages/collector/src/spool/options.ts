import { join } from 'node:path';
import type { CollectorConfig } from '../config.ts';
import type { SpoolOptions } from './spool.ts';

const oneDay = 86_400_000;

/** The spool of a config. */
export const spoolOptions = ({
  dataDir,
  spool,
}: Pick<CollectorConfig, 'dataDir' | 'spool'>): Pick<SpoolOptions, 'folder' | 'keepMilliseconds'> => ({
  folder: join(dataDir, 'spool'),
  keepMilliseconds: spool.keepDays * oneDay,
});
