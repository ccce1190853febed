import { joinTexts } from './queue/batch-text.ts';

/** Bytes in parts, to be sent one behind the other. */
export type Body = readonly Uint8Array<ArrayBuffer>[];

/** One request: what the tracker needs of HTTP, and no more. */
export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  /** Milliseconds until a request without an answer has failed. */
  readonly timeout: number;
  /** Ends the request, which then fails. */
  readonly abort: AbortController;
}

export interface PostAnswer {
  readonly status: number;
  /** By name in lower case; null if there is none. */
  header(name: string): string | null;
  readonly text: string;
}

/** Sends one request, follows no redirect. Rejects on network failure and time-out only. */
export type Post = (request: PostRequest) => Promise<PostAnswer>;

/** What undici hides in `cause` is the part that says why: `fetch failed` alone helps nobody. */
const readable = (error: unknown): Error => {
  const { message, cause } = error as { message: string; cause?: { code?: string; message?: string } };
  const why = cause?.code ?? cause?.message;
  return new Error(why ? `${message}: ${why}` : message, { cause: error });
};

const nothing = new Uint8Array(0);

/** By fetch: in edge runtimes, and where the host brings its own. */
export const fetchPost =
  (fetching: typeof fetch): Post =>
  async ({ url, headers, body, timeout, abort }) => {
    try {
      // Not AbortSignal.any, which some edge runtimes lack.
      const late = AbortSignal.timeout(timeout);
      late.addEventListener('abort', () => abort.abort(late.reason));
      const response = await fetching(url, {
        method: 'POST',
        headers,
        body: joinTexts(body, nothing),
        redirect: 'manual',
        signal: abort.signal,
      });
      // An unread body keeps its connection busy.
      const text = await response.text();
      return { status: response.status, header: (name) => response.headers.get(name), text };
    } catch (error) {
      throw readable(error);
    }
  };
