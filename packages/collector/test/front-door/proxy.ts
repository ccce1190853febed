import { request } from 'node:https';
import { setTimeout } from 'node:timers/promises';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A client of shop.example, which is at this port; resolves once the collector answers behind it. */
export const createClient = async (port: number) => {
  const ask = (method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const to = { host: '127.0.0.1', servername: 'shop.example', port, method, path, agent: false };
      const own = { host: `shop.example:${port}`, ...headers };
      const outgoing = request({ ...to, rejectUnauthorized: false, headers: own }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  while ((await ask('GET', '/t/healthz').catch(() => null)) === null) await setTimeout(20);
  return { ask, origin: `https://shop.example:${port}` };
};
