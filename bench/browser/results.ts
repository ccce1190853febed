import type { Figure } from '../shared/statistics.ts';
import type { Machine } from '../shared/machine.ts';
import type { Bytes } from './measures/bytes.ts';
import type { Delivered } from './measures/delivery.ts';

/** Everything that was measured of one library. A measure that was not taken is absent. */
export interface SubjectResults {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly note: string;
  bytes?: Bytes;
  /** CPU milliseconds of the main thread to load and start, slowed down, the empty page's included. */
  start?: Figure;
  /** The same with a page view that is made as soon as the library has started, and arrives. */
  first?: Figure;
  call?: {
    /** Microseconds of one call, slowed down: the median of the medians. */
    readonly median: Figure;
    readonly p95: Figure;
    /** CPU milliseconds of the main thread for 100 events with all that follows, slowed down. */
    readonly cpuPer100: Figure;
  };
  /** KiB over the same page without the library. */
  heap?: Figure;
  /** Every repetition of each scenario. */
  delivery?: Record<string, Delivered[]>;
  /** What was deleted, and whether the visitor was known again. */
  identity?: Record<string, boolean>;
  /** Measures that failed, with the message. */
  failed: string[];
}

export interface Results {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly machine: Machine;
  readonly browser: string;
  readonly slowdown: number;
  readonly repetitions: number;
  /** CPU milliseconds of the empty page, slowed down. */
  floor?: Figure;
  readonly subjects: SubjectResults[];
}
