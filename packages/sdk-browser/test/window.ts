import type { Tracker } from '../src/api.ts';

/** A page as the script leaves it. */
export interface PageWindow {
  nitka?: Tracker & { push(...calls: unknown[]): void };
}
