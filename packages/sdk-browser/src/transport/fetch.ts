import { limits, type Clock, type TransportReply } from '@nitka/core';
import { utf8Length } from '../utf8.ts';

export interface Http {
  /**
   * Rejects on network failure and time-out only.
   * @param isLast the page may be gone before the answer
   */
  send(path: string, text: string, method: string, isLast?: boolean): Promise<TransportReply>;
  /** Bytes that can still go by keepalive now. */
  room(): number;
}

/** Makes fewer bytes of a body; a text where it cannot. */
export type Compress = (text: string) => Promise<Blob | string>;

export interface HttpParts {
  /** Undefined where there is none: every send fails. */
  readonly fetch: typeof fetch | undefined;
  /** Base address, without a slash at its end. */
  readonly endpoint: string;
  readonly clock: Clock;
  readonly compress?: Compress | undefined;
  /** `omit` sends no cookie and takes none. */
  readonly credentials: RequestCredentials;
}

/** Milliseconds that a request may take. */
const timeOut = 10_000;

export const createHttp = ({ fetch, endpoint, clock, compress, credentials }: HttpParts): Http => {
  let used = 0;
  let wasRefused = false;
  const room = (): number => limits.keepaliveBytes - used;

  return {
    room,

    async send(path, text, method, isLast) {
      const body = compress && !isLast ? await compress(text) : text;
      const bytes = (body as Partial<Blob>).size ?? utf8Length(text);
      // The page's own keepalive requests share the budget and are not seen here: after a failure go without once.
      const keepalive = (isLast || !wasRefused) && bytes <= room();
      const taken = keepalive ? bytes : 0;
      const abort = new AbortController();
      used += taken;
      wasRefused = false;
      try {
        const exchange = fetch!(endpoint + path, {
          method,
          // A text needs no preflight; the collector reads JSON whatever its type.
          body,
          keepalive,
          credentials,
          signal: abort.signal,
        });
        // WebKit settles no request that was under way when its page went into the back/forward cache, aborted or not. The
        // body is not in sight here: what waits for the time would hold it.
        const late = new Promise<never>((_, reject) =>
          clock.setTimeout(() => {
            abort.abort();
            reject('expired');
          }, timeOut),
        );
        const reply = await Promise.race([late, exchange]);
        return {
          status: reply.status,
          retryAfter: reply.headers.get('retry-after'),
          // The budget comes back only when the body has been read, whatever the status. A proxy's page is none.
          body: await Promise.race([reply.json(), late]).catch(() => {}),
        };
      } catch (error) {
        wasRefused = keepalive;
        throw error;
      } finally {
        used -= taken;
      }
    },
  };
};
