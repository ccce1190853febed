import type { QueuedCall, Tracker } from './api.ts';

export interface PageParts {
  readonly page: Window & typeof globalThis;
  /** As it was when the script loaded: the page may replace it later. */
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly onClose: () => void;
}

export interface PageTracker extends Tracker {
  /** Makes calls that are given as data. */
  push(...calls: QueuedCall[]): void;
}
