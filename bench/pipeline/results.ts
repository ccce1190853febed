import type { Memory } from '../collector/processes.ts';
import type { SyncFigures } from '../collector/sync.ts';
import type { Machine } from '../shared/machine.ts';

export interface Destination {
  readonly label: string;
  readonly config: { readonly type: string } & Readonly<Record<string, unknown>>;
}

/** Milliseconds from the request of the oldest event without a row until now, ten times a second: no event waits longer. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
}

export interface PipelineRound {
  readonly destination: string;
  /** Answered for while the load was on. */
  readonly answeredPerSecond: number;
  /** Rows a second from the first request until the last row. */
  readonly rowsPerSecond: number;
  /** At that load. */
  readonly lag: Lag;
  /** Events a second of the steady load. */
  readonly steadyPerSecond: number;
  readonly steadyLag: Lag;
  readonly memory: Memory;
}

/** What a load costs when so many rows are in the table. */
export interface GrowthStep {
  readonly destination: string;
  readonly rows: number;
  /** A load of `perLoad` rows, median. */
  readonly milliseconds: number;
  /** Microseconds of this process for a row: all there is with DuckDB, the client alone with a server. */
  readonly cpuPerRow: number;
}

export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly seconds: number;
  readonly connections: number;
  /** Events a second of a route that only parses. */
  readonly bare: readonly number[];
  readonly disk: SyncFigures;
  readonly rounds: readonly PipelineRound[];
  readonly growth: readonly GrowthStep[];
  /** Destinations whose servers were not there. */
  readonly skipped: readonly string[];
}

/** One moment while the warehouse is stopped, or afterwards. MiB. */
export interface BacklogSample {
  readonly second: number;
  /** Events that wait. */
  readonly waiting: number;
  /** What the process has for itself. */
  readonly anonymous: number;
  /** Pages of files that are mapped, the spool among them: the kernel takes these back when it needs them. */
  readonly mapped: number;
}

export interface Backlog {
  readonly date: string;
  readonly machine: Machine;
  readonly events: number;
  readonly acceptedPerSecond: number;
  readonly loadedPerSecond: number;
  readonly rows: number;
  /** Different messageIds among them. */
  readonly ids: number;
  /** Rows that stand behind a later event of their visitor. */
  readonly outOfOrder: number;
  readonly samples: readonly BacklogSample[];
}
