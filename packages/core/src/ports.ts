import type { ErrorCode } from './errors.ts';

export type MaybePromise<T> = T | Promise<T>;

/** Time and timers. `setTimeout` of the Node port is unref'ed where the process may end. */
export interface Clock {
  /** Milliseconds since 1970. May jump: nothing may break when it does. */
  now(): number;
  setTimeout(task: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Where errors and notes go. Never personal data. */
export interface Logger {
  warn(code: ErrorCode, detail?: string): void;
  debug?(text: string): void;
}

/** Sorts the records of one storage by age. */
export type QueueKey = string | number;

/** One event that waits: its JSON as it was at the call. */
export interface QueueRecord {
  readonly key: QueueKey;
  readonly json: string;
  /** Bytes of `json` in UTF-8. */
  readonly bytes: number;
  /** Milliseconds since 1970, by the clock at the call. */
  readonly queuedAt: number;
}

export interface QueueLimit {
  readonly count: number;
  readonly bytes: number;
}

/** What came back for one request. Only a network failure rejects. */
export interface TransportReply {
  readonly status: number;
  /** The Retry-After header as sent. */
  readonly retryAfter?: string | null;
  /** The parsed JSON body, if it was JSON. */
  readonly body?: unknown;
}

/** Sends one batch. The body is a whole JSON text. Rejects on network failure and time-out only. */
export interface Transport {
  send(body: string): Promise<TransportReply>;
}

/** Runs a task while no other tab or process runs one. */
export type Lock = <T>(task: () => Promise<T>) => Promise<T>;
