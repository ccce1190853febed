import { request } from 'node:http';
import { NitkaError } from '@nitka/core';
import type { ErrorCode } from '@nitka/core';

const gone = new Set(['ENOENT', 'ECONNREFUSED']);

/**
 * Gives a command to the process that owns the data folder. Null if none runs.
 *
 * @throws NitkaError with the owner's code
 */
export const askOwner = <T>(
  address: string,
  command: string,
  input: unknown,
): Promise<{ result: T } | null> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: address, path: `/${command}`, method: 'POST' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString('utf8')) as
          { result: T } | { code: ErrorCode; detail?: string };
        if ('code' in answer) reject(new NitkaError(answer.code, answer.detail));
        else resolve(answer);
      });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      gone.has(error.code ?? '') ? resolve(null) : reject(error),
    );
    outgoing.end(JSON.stringify(input));
  });
