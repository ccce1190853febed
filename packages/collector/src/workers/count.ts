import { availableParallelism } from 'node:os';
import type { CollectorConfig } from '../config.ts';

const most = 8;

/** How many workers a config asks for. */
export const workersOf = (
  { workers }: Pick<CollectorConfig, 'workers'>,
  processors = availableParallelism(),
): number => workers ?? Math.min(Math.max(processors - 2, 0), most);
