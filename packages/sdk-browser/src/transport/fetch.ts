import { limits, utf8Length, type Clock, type TransportReply } from '@nitka/core';

export interface Http {
  /**
   * Rejects on network failure and time-out only.
   * @param isLast the page may be gone before the answer
   */
  send(path: string, body: string, method?: string, isLast?: boolean): Promise<TransportReply>;
  /** Bytes that can still go by keepalive now. */
  room(): number;
}

export interface HttpParts {
  /** Undefined where there is none: every send fails. */
  readonly fetch: typeof fetch | undefined;
  /** Base address, without a slash at its end. */
  readonly endpoint: string;
  readonly clock: Clock;
}

/** Milliseconds that a request may take. */
const timeOut = 10_000;

export const createHttp = ({ fetch, endpoint, clock }: HttpParts): Http => {
  let used = 0;
  let wasRefused = false;
  const room = (): number => limits.keepaliveBytes - used;

  return {
    room,

    async send(path, body, method = 'POST', isLast) {
      const bytes = utf8Length(body);
      // The page's own keepalive requests share the budget and are not seen here: after a failure go without once.
      const keepalive = (isLast || !wasRefused) && bytes <= room();
      const abort = new AbortController();
      const timer = clock.setTimeout(() => abort.abort(), timeOut);
      if (keepalive) used += bytes;
      wasRefused = false;
      try {
        const reply = await fetch!(endpoint + path, {
          method,
          // A text needs no preflight; the collector reads JSON whatever its type.
          body,
          keepalive,
          credentials: 'include',
          signal: abort.signal,
        });
        // The budget comes back only when the body has been read, whatever the status.
        const text = await reply.text();
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          // A proxy's page: the status alone counts.
        }
        return { status: reply.status, retryAfter: reply.headers.get('retry-after'), body: parsed };
      } catch (error) {
        wasRefused = keepalive;
        throw error;
      } finally {
        if (keepalive) used -= bytes;
        clock.clearTimeout(timer);
      }
    },
  };
};
