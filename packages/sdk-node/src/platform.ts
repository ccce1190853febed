import type { Clock } from '@nitka/core';
import type { TrackerQueue } from './options.ts';
import type { Body, Post } from './post.ts';

/**
 * What ends with the process: a tracker as the watch over the process sees it. Copies of this package share one watch, of other versions,
 * too: see shutdown.ts.
 */
export interface Closable {
  /** For `closeTimeout` at most; after it nothing of the tracker keeps the process alive. */
  flush(): Promise<unknown>;
  close(): Promise<unknown>;
  /** Makes safe, without a promise, what is not yet. */
  saveNow(): void;
  /** Events that only live in this process. */
  atRisk(): number;
}

/** What the tracker needs of where it runs: Node, or an edge runtime. */
export interface Platform {
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Random hexadecimal digits, at least 19 of them, as many at once as are cheap to make. */
  readonly randomHex: () => string;
  readonly post: Post;
  /** The queue of a tracker that was given none. */
  readonly memoryQueue: () => TrackerQueue;
  /** Where errors go while nobody listens. */
  readonly warn: (text: string) => void;
  /** Bytes of a text in UTF-8. */
  readonly byteLength: (text: string) => number;
  /** gzip. */
  readonly compress?: (body: Body) => Promise<Uint8Array<ArrayBuffer>>;
  /** Punycode of an international domain. */
  readonly domainToAscii?: (domain: string) => string;
  /** Keeps the process from ending for want of work until the returned function is called. */
  readonly stayAlive?: () => () => void;
  /** Flushes and closes the tracker in time when the process ends. Returns what ends the watch. */
  readonly watchExit?: (tracker: Closable) => () => void;
}
