import { request } from 'node:http';
import type { Posted } from './decode.ts';
import type { Place, Reply } from './subjects/subject.ts';
import { startCollector, writeKeys } from '../../tests/support/collector.ts';

/** A collector process with its warehouse, behind the server that makes the faults. */
export interface CollectorBehind {
  readonly writeKey: string;
  forward(posted: Posted, place: Place): Promise<Reply>;
  /** The marks of a lane's rows, asked until two answers in a row are equal. */
  rows(place: Place): Promise<readonly string[]>;
  close(): Promise<void>;
}

const origin = 'http://bench.localhost';

const post = (port: number, { path, body, method, headers }: Posted, host: string): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { cookie, 'content-type': type } = headers;
    const sent = request(
      {
        port,
        path,
        method,
        headers: { host, origin, ...(cookie && { cookie }), ...(type && { 'content-type': type }) },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const { 'content-type': answerType = 'application/json', 'set-cookie': cookies } = answer.headers;
          resolve({
            status: answer.statusCode ?? 500,
            headers: { 'content-type': answerType, ...(cookies && { 'set-cookie': cookies }) },
            body: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });

/** Starts the built collector. */
export const startCollectorBehind = async (): Promise<CollectorBehind> => {
  const collector = await startCollector({ origins: [origin] });
  const marks = async (run: string): Promise<string[]> => {
    const sql = `SELECT json_extract_string(payload, '$.properties.mark') AS mark FROM raw_events
      WHERE json_extract_string(payload, '$.properties.run') = '${run}'`;
    // By the collector's own socket: a process for each question would take the time of those who are measured.
    return (await collector.eventually<{ mark: string }>(sql, () => true)).map(({ mark }) => mark);
  };
  return {
    writeKey: writeKeys.browser,
    forward: (posted, { host }) => post(collector.port, posted, host),
    async rows({ host }) {
      const run = host.split(':')[0]!;
      let before: string[] | undefined;
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        const now = await marks(run);
        if (now.length === before?.length) return now;
        before = now;
      }
    },
    close: collector.close,
  };
};
