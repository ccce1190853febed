import { toJson } from './json.ts';

/** What an SDK had to drop since the last batch that arrived, by reason. */
export type DropCounts = Record<string, number>;

interface BatchEnvelope {
  /** Milliseconds since 1970 by the client's clock, at this attempt. */
  readonly sentAt: number;
  /** Left out where the key travels in a header. */
  readonly writeKey?: string | undefined;
  readonly dropped?: DropCounts | undefined;
  /** Asks a page's collector to name this text in a cookie that the next page reads: [0-9a-z], 8 to 32 characters. */
  readonly ack?: string | undefined;
}

/**
 * Puts fields at the front of an event's JSON text without parsing it.
 * @param json a JSON object with at least one field
 * @param fields at least one that is not undefined
 */
export const withFields = (json: string, fields: Record<string, unknown>): string =>
  `${toJson(fields).slice(0, -1)},${json.slice(1)}`;

/** The JSON text of a batch, put together from events that are JSON texts already. */
export const encodeBatch = (events: readonly string[], head: BatchEnvelope): string =>
  withFields(`{"batch":[${events.join(',')}]}`, { ...head, sentAt: new Date(head.sentAt).toISOString() });
