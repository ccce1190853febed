/** What an SDK had to drop since the last batch that arrived, by reason. */
export type DropCounts = Record<string, number>;

export interface BatchEnvelope {
  /** Milliseconds since 1970 by the client's clock, at this attempt. */
  readonly sentAt: number;
  /** Left out where the key travels in a header. */
  readonly writeKey?: string | undefined;
  readonly dropped?: DropCounts | undefined;
  /** Merged into each event by the collector. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
}

/** The JSON text of a batch, put together from events that are JSON texts already. */
export const encodeBatch = (
  events: readonly string[],
  { sentAt, writeKey, dropped, context }: BatchEnvelope,
): string => {
  const head = JSON.stringify({ sentAt: new Date(sentAt).toISOString(), writeKey, dropped, context });
  return `${head.slice(0, -1)},"batch":[${events.join(',')}]}`;
};

/**
 * Puts fields at the front of an event's JSON text without parsing it.
 * @param json a JSON object with at least one field
 */
export const withFields = (json: string, fields: Record<string, unknown>): string => {
  const text = JSON.stringify(fields);
  return text === '{}' ? json : `${text.slice(0, -1)},${json.slice(1)}`;
};

/** Bytes of a text in UTF-8. Lone surrogates count as the three bytes that replace them. */
export const utf8Length = (text: string): number => {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
};
