import * as http from 'node:http';
import * as https from 'node:https';
import type { Post, PostAnswer, PostRequest } from './post.ts';

/** Bytes of an answer that are read: a captive portal's page is no verdict. */
const longestAnswer = 1_000_000;

const readAnswer = (response: http.IncomingMessage): Promise<PostAnswer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= longestAnswer) chunks.push(chunk);
    });
    response.on('error', reject);
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        header: (name) => {
          const value = response.headers[name];
          return value === undefined ? null : String(value);
        },
        text: size <= longestAnswer ? Buffer.concat(chunks).toString() : '',
      }),
    );
  });

/** The first line of what went wrong: several addresses that refuse make an AggregateError without a message. */
const readable = (error: unknown): Error => {
  const { message, code } = error as { message?: string; code?: string };
  return new Error(message || code || String(error), { cause: error });
};

/**
 * By Node's own client over connections that are kept alive: a third of the CPU time of fetch for batches of this size
 * (68 requests of 450 KB: 110 against 380 ms).
 */
export const createNodePost = (): Post => {
  // Node 24 reads HTTPS_PROXY and its like from `proxyEnv`; older ones pass over it.
  const options = {
    keepAlive: true,
    ...(process.env['NODE_USE_ENV_PROXY'] && { proxyEnv: process.env }),
  };
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };

  const attempt = (given: PostRequest, isRepeated: boolean): Promise<PostAnswer> =>
    new Promise((resolve, reject) => {
      const { url, headers, body, timeout, abort } = given;
      const target = new URL(url);
      const isSecure = target.protocol === 'https:';
      const request = (isSecure ? https : http).request(target, {
        method: 'POST',
        agent: isSecure ? agents['https:'] : agents['http:'],
        headers: { ...headers, 'content-length': body.reduce((sum, part) => sum + part.byteLength, 0) },
      });
      // A plain timer: a signal costs listeners on each request and its socket.
      const timer = setTimeout(
        () => request.destroy(new Error(`timeout: no answer in ${timeout} ms`)),
        timeout,
      ).unref();
      const stop = (): void => void request.destroy(new Error('aborted: the tracker has no more time'));
      abort.signal.addEventListener('abort', stop);
      request.on('close', () => {
        clearTimeout(timer);
        abort.signal.removeEventListener('abort', stop);
      });
      request.on('response', (response) => void readAnswer(response).then(resolve, reject));
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed the idle connection just then: https://nodejs.org/api/http.html#requestreusedsocket
        const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        if (request.reusedSocket && isClosed && !isRepeated) resolve(attempt(given, true));
        else reject(readable(error));
      });
      request.cork();
      for (const part of body) request.write(part);
      request.end();
    });

  return (request) => attempt(request, false);
};
