import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { NitkaError } from '@nitka/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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

/**
 * The SDK, first-party: under a name of the operator's choice, on the operator's host. Plugins that it loads later have
 * their own files beside it, and names made from the script's: `/lib/own.js`, `/lib/own.mirror.js`.
 */
export const registerScriptRoute = (
  app: FastifyInstance,
  { path, file, maxAgeSeconds }: CollectorConfig['script'],
): void => {
  const chosen = file ?? installedScript();
  const loaded = new Map<string, Script>();

  const current = async (source: string): Promise<Script> => {
    const changedAt = await stat(source).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
    if (changedAt === null) throw new NitkaError('not_found');
    const known = loaded.get(source);
    if (known?.changedAt === changedAt) return known;
    const script = await load(source, changedAt);
    loaded.set(source, script);
    return script;
  };

  const serve = async (source: string | null, request: FastifyRequest, reply: FastifyReply) => {
    if (source === null) throw new NitkaError('not_found');
    const { etag, plain, br, gzip: zipped } = await current(source);
    // Every page may read it (`import()`, `integrity`), whatever its origin: so one cached answer fits all.
    reply.removeHeader('access-control-allow-credentials').headers({
      etag,
      'cache-control': `public, max-age=${maxAgeSeconds}`,
      vary: 'Accept-Encoding',
      'access-control-allow-origin': '*',
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
  };

  app.get(path, (request, reply) => serve(chosen, request, reply));
  // Letters and hyphens alone: a name cannot leave the folder.
  app.get<{ Params: { plugin: string } }>(
    `${path.replace(/\.js$/, '')}.:plugin(^[a-z-]{1,40}).js`,
    (request, reply) =>
      serve(chosen && `${chosen.replace(/\.js$/, '')}.${request.params.plugin}.js`, request, reply),
  );
};
