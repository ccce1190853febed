export type MaybePromise<T> = T | Promise<T>;

/** Time and timers. `setTimeout` of the Node port is unref'ed where the process may end. */
export interface Clock {
  /** Milliseconds since 1970. May jump: nothing may break when it does. */
  now(): number;
  setTimeout(task: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** How much of a queue is asked for. */
export interface QueueLimit {
  /** Events. */
  readonly count: number;
  /** Of their JSON in UTF-8. */
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

/** Runs a task while no other tab or process runs one. */
export type Lock = <T>(task: () => Promise<T>) => Promise<T>;
