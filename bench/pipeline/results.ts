import type { Memory } from '../collector/processes.ts';
import type { SyncFigures } from '../collector/sync.ts';
import type { Machine } from '../shared/machine.ts';

export interface Destination {
  readonly label: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface PipelineRound {
  readonly destination: string;
  /** Answered for while the load was on. */
  readonly answeredPerSecond: number;
  /** Rows a second from the first request until the last row. */
  readonly rowsPerSecond: number;
  /** Events a second while the lag was measured. */
  readonly steadyPerSecond: number;
  /** Milliseconds from the answer to the row. */
  readonly lagP50: number;
  readonly lagP99: number;
  readonly memory: Memory;
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
  /** Destinations whose servers were not there. */
  readonly skipped: readonly string[];
}
