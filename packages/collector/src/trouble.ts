import { fullJitter } from '@nitka/core';
import type { Clock, ErrorCode } from '@nitka/core';
import type { DestinationError } from './destinations/destination.ts';

/** Why a destination is not loaded now. */
export interface Trouble {
  readonly kind: 'temporary' | 'schema';
  readonly message: string;
  /** Since when it is this, milliseconds since 1970. */
  readonly since: number;
}

/** Why what comes gets no further than to the spool, or not even there. */
export interface SpoolTrouble {
  readonly code: ErrorCode;
  /** Since when it is this, milliseconds since 1970. */
  readonly since: number;
  /** Nothing is accepted meanwhile. */
  readonly refuses: boolean;
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

/** Milliseconds before the next try of a load that failed. */
const retry = { base: 200, cap: 30_000 };

/** How a loop of loads fares. */
export interface Fortune {
  /** Null while all is well. */
  trouble(): Trouble | null;
  /** @returns milliseconds to wait before the next try */
  failed(failure: Pick<DestinationError, 'kind' | 'message'>): number;
  succeeded(): void;
}

export const createFortune = ({ now }: Pick<Clock, 'now'>, random: () => number): Fortune => {
  let trouble: Trouble | null = null;
  /** In a row. */
  let failures = 0;
  return {
    trouble: () => trouble,
    failed(failure) {
      trouble = troubleAfter(trouble, failure, now());
      failures += 1;
      return fullJitter(failures, { ...retry, random });
    },
    succeeded() {
      trouble = null;
      failures = 0;
    },
  };
};
