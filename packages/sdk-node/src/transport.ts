import type { Transport, TransportReply } from '@nitka/core';
import { version } from './version.ts';

export interface TransportOptions {
  readonly endpoint: string;
  readonly writeKey: string;
  /** Milliseconds. */
  readonly requestTimeout: number;
  readonly fetch: typeof fetch;
  /** Told the server's time by its own clock, milliseconds since 1970, with each answer. */
  readonly onServerTime?: (time: number) => void;
  readonly compress?: ((body: string) => Promise<Uint8Array<ArrayBuffer>>) | undefined;
}

/** Characters of an answer that are read as JSON: a captive portal's page need not be. */
const longestAnswer = 1_000_000;

const parse = (text: string): unknown => {
  if (text.length > longestAnswer) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What undici hides in `cause` is the part that says why: `fetch failed` alone helps nobody. */
const readable = (error: unknown): Error => {
  const { message, cause } = error as { message: string; cause?: { code?: string; message?: string } };
  const why = cause?.code ?? cause?.message;
  return new Error(why ? `${message}: ${why}` : message, { cause: error });
};

/** Sends batches by fetch, which keeps connections alive between them. */
export const createTransport = (options: TransportOptions): Transport => {
  const { requestTimeout, compress } = options;
  const url = `${options.endpoint}/v1/batch`;
  const headers: Record<string, string> = {
    authorization: `Basic ${btoa(`${options.writeKey}:`)}`,
    'content-type': 'application/json',
    'user-agent': `nitka-node/${version}`,
    ...(compress && { 'content-encoding': 'gzip' }),
  };

  const post = async (body: string | Uint8Array<ArrayBuffer>): Promise<Response> => {
    try {
      return await options.fetch(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(requestTimeout),
      });
    } catch (error) {
      throw readable(error);
    }
  };

  return {
    async send(body): Promise<TransportReply> {
      const response = await post(compress ? await compress(body) : body);
      const time = Date.parse(response.headers.get('date') ?? '');
      if (!Number.isNaN(time)) options.onServerTime?.(time);
      // An unread body keeps its connection busy.
      const text = await response.text();
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        body: parse(text),
      };
    },
  };
};
