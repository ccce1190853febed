import type { Machine } from '../shared/machine.ts';
import type { LoadFigures } from './load.ts';
import type { Memory, ProcessorTime } from './processes.ts';
import type { SyncFigures } from './sync.ts';

/**
 * `acknowledged` is a collector whose warehouse is away: what it takes to answer and to index, and nothing beside it. `collector` loads
 * into DuckDB at the same time and has no workers, `workers` has `Results.workers` of them.
 */
export const subjects = ['bare', 'acknowledged', 'collector', 'workers'] as const;

/** One of those that are compared, with so many events in a body. */
export interface Round extends LoadFigures {
  readonly subject: (typeof subjects)[number];
  readonly events: number;
  readonly memory: Memory;
  /** Microseconds for an event. */
  readonly cpuPerEvent?: ProcessorTime;
}

/** What an append costs when so many ids are known already. */
export interface HistoryStep {
  readonly ids: 'version 7' | 'version 4';
  readonly known: number;
  /** Microseconds of processor time for an event, parsing and HTTP not included. */
  readonly cpuPerEvent: number;
  /** Bytes of the spool's file, for each id that is known. */
  readonly bytesPerId: number;
}

/** A warehouse that cannot be reached while so many events come in. */
export interface Stopped {
  readonly events: number;
  /** Events a second while it is stopped: of the first and of the last tenth. */
  readonly firstPerSecond: number;
  readonly lastPerSecond: number;
  readonly memory: Memory;
  /** Rows a second afterwards. */
  readonly loadedPerSecond: number;
  readonly rows: number;
  /** Rows that come after a later one of their visitor. */
  readonly outOfOrder: number;
}

export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly connections: number;
  readonly seconds: number;
  readonly workers: number;
  readonly rounds: readonly Round[];
  readonly disk: readonly (SyncFigures & { readonly events: number; readonly together: number })[];
  readonly history: readonly HistoryStep[];
  readonly stopped: readonly Stopped[];
}
