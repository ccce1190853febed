import type { DestinationError } from './destinations/destination.ts';

/** Why a destination is not loaded now. */
export interface Trouble {
  readonly kind: 'temporary' | 'schema';
  readonly message: string;
  /** Since when it is this, milliseconds since 1970. */
  readonly since: number;
}

/** The trouble after a failure. Numbers in its words, as of ports and of milliseconds, make no other trouble of it. */
export const troubleAfter = (
  before: Trouble | null,
  { kind: failed, message }: Pick<DestinationError, 'kind' | 'message'>,
  now: number,
): Trouble => {
  const kind = failed === 'schema' ? 'schema' : 'temporary';
  const cause = (text: string): string => text.replace(/\d+/g, '#');
  const same = before?.kind === kind && cause(before.message) === cause(message);
  return { kind, message, since: same ? before.since : now };
};
