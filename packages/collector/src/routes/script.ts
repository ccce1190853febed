import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { NitkaError } from '@nitka/core';
import type { FastifyInstance } from 'fastify';
import type { CollectorConfig } from '../config.ts';

interface Script {
  readonly changedAt: number;
  readonly etag: string;
  readonly plain: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

/** The script of the browser package, if it is installed beside the collector or where the collector was started. */
const installedScript = (): string | null => {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from).resolve('@nitka/browser/nitka.js');
    } catch {
      // Not here.
    }
  }
  return null;
};

const load = async (file: string, changedAt: number): Promise<Script> => {
  const plain = await readFile(file);
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(plain),
    promisify(gzip)(plain, { level: 9 }),
  ]);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { changedAt, etag, plain, br, gzip: zipped };
};

const accepts = (header: string | undefined, coding: string): boolean =>
  (header ?? '')
    .split(',')
    .some(
      (part) => part.trim().toLowerCase().split(';')[0] === coding && !/;\s*q=0(\.0*)?$/.test(part.trim()),
    );

/** The SDK, first-party: under a name of the operator's choice, on the operator's host. */
export const registerScriptRoute = (
  app: FastifyInstance,
  { path, file, maxAgeSeconds }: CollectorConfig['script'],
): void => {
  const chosen = file ?? installedScript();
  let script: Script | null = null;

  const current = async (): Promise<Script> => {
    const changedAt =
      chosen === null
        ? null
        : await stat(chosen).then(
            ({ mtimeMs }) => mtimeMs,
            () => null,
          );
    if (chosen === null || changedAt === null) throw new NitkaError('not_found');
    if (script?.changedAt !== changedAt) script = await load(chosen, changedAt);
    return script;
  };

  app.get(path, async (request, reply) => {
    const { etag, plain, br, gzip: zipped } = await current();
    reply.headers({
      etag,
      'cache-control': `public, max-age=${maxAgeSeconds}`,
      vary: 'Accept-Encoding',
      'content-type': 'text/javascript; charset=utf-8',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    if (request.headers['if-none-match']?.split(/,\s*/).some((tag) => tag.replace(/^W\//, '') === etag))
      return reply.code(304).send();
    const wanted = request.headers['accept-encoding'];
    if (accepts(wanted, 'br')) return reply.header('content-encoding', 'br').send(br);
    if (accepts(wanted, 'gzip')) return reply.header('content-encoding', 'gzip').send(zipped);
    return reply.send(plain);
  });
};
