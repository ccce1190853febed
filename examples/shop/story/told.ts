import type { SeenEvent } from './counter.ts';
import type { TillLine } from './till-process.ts';
import type { Wiped } from './wipe.ts';

/** What the story has seen on its way, to be held against the raw layer at its end. */
export interface Told {
  /** The customer's visitor id before and after the wipe. */
  readonly visitorBefore: string;
  readonly visitorAfter: string;
  readonly wiped: Wiped;
  /** Visitor id of somebody else, who was in the shop at the same time. */
  readonly stranger: string;
  /** Every event that was on its way to the collector, as often as it was sent. */
  readonly seen: readonly SeenEvent[];
  readonly sale: readonly TillLine[];
  readonly refund: readonly TillLine[];
}
