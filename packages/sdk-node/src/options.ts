import { limits, NitkaError, type JsonObject, type Lock } from '@nitka/core';
import type { EventStorage } from './queue/storage.ts';

/** Where events wait: {@link memoryQueue}, or `diskQueue` of `@nitka/node/disk`. */
export interface TrackerQueue {
  readonly storage: EventStorage;
  /** Events that may wait. */
  readonly maxEvents: number;
  /** Bytes of JSON that may wait. */
  readonly maxBytes: number;
  /** One sender at a time where several processes share the queue. */
  readonly lock?: Lock;
  /** Makes safe, without a promise, what is not yet: called when the process exits. */
  readonly saveNow?: () => void;
}

export interface TrackerOptions {
  /** The key of a `server` source in the collector's config. A secret. */
  readonly writeKey: string;
  /** Address of the collector, such as `https://collect.example.com`. A path in front of `/v1` is kept. */
  readonly endpoint: string;
  /** Where events wait. @default memoryQueue() */
  readonly queue?: TrackerQueue;
  /** Events that wait before a batch is sent at once. @default 500 */
  readonly flushAt?: number;
  /** Milliseconds that an event waits for company. @default 1000 */
  readonly flushInterval?: number;
  /**
   * Bytes of JSON in one event; a longer one is not accepted. Raise it only together with the collector's own limit.
   * @default 32768
   */
  readonly eventBytes?: number;
  /** Events in one request, at most 2500. @default 2500 */
  readonly batchEvents?: number;
  /** Bytes of JSON in one request, at most 500 KB less the envelope. @default 460800 */
  readonly batchBytes?: number;
  /**
   * Requests in flight at once. With more than 1, batches may arrive out of order; the rows still carry their own
   * times. Where the order of arrival matters, set `order`.
   * @default 1
   */
  readonly concurrency?: number;
  /**
   * `visitor`: with several requests in flight the events of one visitor (the same `anonymousId`, or the same `userId` where
   * there is none) still arrive in the order of the calls. Costs some throughput; without meaning where `concurrency` is 1,
   * which keeps the order of all.
   * @default none
   */
  readonly order?: 'visitor' | 'none';
  /** Milliseconds before a request without an answer counts as failed. @default 30000 */
  readonly requestTimeout?: number;
  /** Milliseconds before the first retry at most; each further one may take twice as long. @default 1000 */
  readonly backoffBase?: number;
  /** Milliseconds before any retry at most. @default 60000 */
  readonly backoffCap?: number;
  /** Milliseconds an event may wait before it is removed and counted as dropped; 0 for ever. @default 0 */
  readonly maxAge?: number;
  /** Compress requests. Saves traffic of slow lines, costs CPU time. @default false */
  readonly gzip?: boolean;
  /**
   * Flush when the process has nothing left to do, and on SIGTERM and SIGINT. Handlers of the host keep the last
   * word: see docs/delivery.md. `false` where the host calls `close()` itself. Without meaning outside Node.
   * @default true
   */
  readonly shutdown?: boolean;
  /** Milliseconds that `close()` and a shutdown may take. @default 5000 */
  readonly closeTimeout?: number;
  /** Merged into the context of each event: shop, till, version of the program … */
  readonly context?: JsonObject;
  /** Sends the requests: for proxies, own agents, tests. @default Node's own HTTP client; globalThis.fetch on the edge */
  readonly fetch?: typeof fetch;
}

const invalid = (detail: string): never => {
  throw new NitkaError('invalid_option', detail);
};

/** Range of each number, and what it is when left out. */
export const numbers = {
  flushAt: { least: 1, most: 1_000_000, standard: 500 },
  flushInterval: { least: 0, most: 86_400_000, standard: 1000 },
  eventBytes: { least: 1024, most: 8 * 1024 * 1024, standard: limits.eventBytes },
  batchEvents: { least: 1, most: limits.batchEvents, standard: limits.batchEvents },
  batchBytes: { least: 1024, most: limits.batchBytes - 4096, standard: 450 * 1024 },
  concurrency: { least: 1, most: 64, standard: 1 },
  requestTimeout: { least: 1, most: 3_600_000, standard: 30_000 },
  backoffBase: { least: 1, most: 3_600_000, standard: 1000 },
  backoffCap: { least: 1, most: 86_400_000, standard: 60_000 },
  maxAge: { least: 0, most: Number.MAX_SAFE_INTEGER, standard: 0 },
  closeTimeout: { least: 0, most: 3_600_000, standard: 5000 },
} as const;

type Numbers = { readonly [Name in keyof typeof numbers]: number };

const readNumbers = (options: TrackerOptions): Numbers => {
  const read: Record<string, number> = {};
  for (const [name, { least, most, standard }] of Object.entries(numbers)) {
    const value: unknown = options[name as keyof Numbers] ?? standard;
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      invalid(`${name} must be a whole number from ${least} to ${most}`);
    }
    read[name] = value as number;
  }
  return read as Numbers;
};

/** @throws NitkaError `invalid_option` */
export const requireWhole = (values: Readonly<Record<string, unknown>>): void => {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      invalid(`${name} must be a whole number above 0`);
  }
};

const flags = ['gzip', 'shutdown'] as const;

const readQueue = (queue: unknown): TrackerQueue | undefined => {
  if (queue === undefined) return undefined;
  const { storage } = (queue ?? {}) as Partial<TrackerQueue>;
  return typeof storage?.append === 'function'
    ? (queue as TrackerQueue)
    : invalid('queue must be memoryQueue() or diskQueue({ folder })');
};

const readContext = (context: unknown): JsonObject => {
  try {
    // As it is now: what the host changes in it later is not sent.
    const copy: unknown = JSON.parse(JSON.stringify(context));
    if (typeof copy === 'object' && copy !== null && !Array.isArray(copy)) return copy as JsonObject;
  } catch {
    // Said below.
  }
  return invalid('context must be an object that can become JSON');
};

const readEndpoint = (endpoint: unknown): string => {
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint))
    return invalid('endpoint must be an address such as https://collect.example.com');
  const url = new URL(endpoint);
  if (!/^https?:$/.test(url.protocol)) invalid('endpoint must begin with http:// or https://');
  if (url.username || url.password) invalid('endpoint must not hold a user or password');
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/v1(?:\/batch)?$/, '')}`;
};

/** @throws NitkaError `invalid_option` */
export const readOptions = (options: TrackerOptions) => {
  if (typeof options !== 'object' || options === null)
    return invalid('createTracker needs an object of options');
  const { writeKey, context = {}, order = 'none', fetch } = options;
  // What Basic authentication can carry: RFC 7617 forbids control characters, and the key ends at a colon.
  if (typeof writeKey !== 'string' || !/^[\x21-\x39\x3b-\x7e]+$/.test(writeKey)) {
    invalid('writeKey must be the key of a source: visible ASCII characters, no colon');
  }
  if (order !== 'none' && order !== 'visitor') invalid('order must be "visitor" or "none"');
  for (const name of flags) {
    if (!['undefined', 'boolean'].includes(typeof options[name])) invalid(`${name} must be true or false`);
  }
  if (fetch !== undefined && typeof fetch !== 'function') invalid('fetch must be a function');
  return {
    ...readNumbers(options),
    writeKey,
    endpoint: readEndpoint(options.endpoint),
    queue: readQueue(options.queue),
    context: readContext(context),
    order,
  };
};

export type ReadOptions = ReturnType<typeof readOptions>;
