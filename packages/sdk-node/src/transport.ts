import type { TransportReply } from '@nitka/core';
import type { Body, Post, PostAnswer } from './post.ts';
import { version } from './version.ts';

/** Sends one batch. Rejects on network failure and time-out only. */
export interface BatchTransport {
  send(body: Body): Promise<TransportReply>;
  /** Ends the requests that are under way: one without an answer would keep the process alive. */
  abort(): void;
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

  const underWay = new Set<AbortController>();

  const request = async (body: Body): Promise<PostAnswer> => {
    const abort = new AbortController();
    underWay.add(abort);
    try {
      return await post({ url, headers, body, timeout: requestTimeout, abort });
    } finally {
      underWay.delete(abort);
    }
  };

  return {
    abort() {
      for (const each of underWay) each.abort();
    },

    async send(body): Promise<TransportReply> {
      const answer = await request(compress ? [await compress(body)] : body);
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
