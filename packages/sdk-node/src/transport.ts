import type { TransportReply } from '@nitka/core';
import type { Body, Post } from './post.ts';
import { version } from './version.ts';

/** Sends one batch. Rejects on network failure and time-out only. */
export interface BatchTransport {
  send(body: Body): Promise<TransportReply>;
}

export interface TransportOptions {
  readonly endpoint: string;
  readonly writeKey: string;
  /** Milliseconds. */
  readonly requestTimeout: number;
  readonly post: Post;
  /** Told the server's time by its own clock, milliseconds since 1970, with each answer. */
  readonly onServerTime?: (time: number) => void;
  readonly compress?: ((body: Body) => Promise<Uint8Array<ArrayBuffer>>) | undefined;
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

/** Sends batches to the collector. */
export const createTransport = (options: TransportOptions): BatchTransport => {
  const { requestTimeout, post, compress, onServerTime } = options;
  const url = `${options.endpoint}/v1/batch`;
  const headers: Record<string, string> = {
    authorization: `Basic ${btoa(`${options.writeKey}:`)}`,
    'content-type': 'application/json',
    'user-agent': `nitka-node/${version}`,
    ...(compress && { 'content-encoding': 'gzip' }),
  };

  return {
    async send(body): Promise<TransportReply> {
      const bytes = compress ? [await compress(body)] : body;
      const answer = await post({ url, headers, body: bytes, timeout: requestTimeout });
      const time = Date.parse(answer.header('date') ?? '');
      if (!Number.isNaN(time)) onServerTime?.(time);
      return {
        status: answer.status,
        retryAfter: answer.header('retry-after'),
        body: parse(answer.text),
      };
    },
  };
};
