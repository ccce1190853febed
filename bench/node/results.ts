import type { Machine } from '../shared/machine.ts';

/** One run of 100,000 calls. */
export interface Throughput {
  /** Events that arrived, a second, from the first call to the last arrival. */
  readonly eventsPerSecond: number;
  /** Microseconds of CPU time of the program for each event that arrived. */
  readonly cpuPerEvent: number;
  readonly delivered: number;
  readonly copies: number;
  /** Peak, MiB. */
  readonly rss: number;
  /** Errors that reached the host program. */
  readonly uncaught: number;
}

export interface Outage {
  /** Peak, MiB. */
  readonly rss: number;
  /** Of the calls made while the endpoint was down, those that arrived after it came back. */
  readonly kept: number;
  readonly uncaught: number;
}

export interface SubjectResults {
  readonly label: string;
  readonly version: string;
  readonly tuned: Throughput[];
  readonly standard: Throughput[];
  outage?: Outage;
  /** Calls that arrived, those of the next start of the program included. */
  exit?: number;
  sigterm?: number;
  kill?: number;
  readonly failures: string[];
}

export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly calls: number;
  /** Calls of a round with default settings. */
  readonly standardCalls: number;
  readonly outageCalls: number;
  readonly rounds: number;
  readonly subjects: readonly SubjectResults[];
}
