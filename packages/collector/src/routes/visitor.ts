import { NitkaError, oldestVisitorId } from '@nitka/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CollectorConfig, SourceConfig } from '../config.ts';
import { isSameHost, judgeOrigin } from '../origins.ts';
import { readBody } from '../plugins/body.ts';
import type { VisitorCookie } from '../plugins/visitor-cookie.ts';
import { keyOfRequest } from '../plugins/write-key.ts';
import type { FindSource } from '../plugins/write-key.ts';

/** Longer than any honest body of this route. */
const maxBody = 4096;

interface VisitorBody {
  readonly writeKey?: unknown;
  readonly anonymousId?: unknown;
  /** True after a reset to a new visitor: the younger id wins for once. */
  readonly replace?: unknown;
}

const parseVisitor = (raw: Buffer): VisitorBody => {
  if (raw.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(raw.toString('utf8'));
  } catch {
    throw new NitkaError('malformed_json');
  }
  if (typeof value !== 'object' || value === null) throw new NitkaError('invalid_body');
  return value;
};

/** The server tier of the visitor id: asked when a page has lost all others, erased when the visitor refuses or resets. */
export const registerVisitorRoutes = (
  app: FastifyInstance,
  config: CollectorConfig,
  cookie: VisitorCookie,
  findSource: FindSource,
): void => {
  const browsers = config.sources.filter(({ kind }) => kind === 'browser');

  /** With a write key its own list of pages counts, without one that of all. */
  const sourcesOf = (request: FastifyRequest, body: VisitorBody): readonly SourceConfig[] => {
    const key = keyOfRequest(request) ?? (typeof body.writeKey === 'string' ? body.writeKey : undefined);
    if (key === undefined) return browsers;
    const source = findSource(key);
    if (!source) throw new NitkaError('unknown_write_key');
    return source.kind === 'browser' ? [source] : [];
  };

  /** True if the page may use cookies here. @throws NitkaError `unknown_write_key` or `origin_not_allowed` */
  const mayUseCookies = (request: FastifyRequest, body: VisitorBody): boolean => {
    const { origin, host } = request.headers;
    const sources = sourcesOf(request, body);
    if (origin === undefined || isSameHost(origin, host)) return true;
    const verdict = judgeOrigin(origin, sources);
    if (verdict === 'refused') throw new NitkaError('origin_not_allowed');
    return verdict === 'listed';
  };

  for (const url of ['/v1/visitor', '/visitor']) {
    app.post(url, async (request, reply) => {
      const body = parseVisitor(await readBody(request, maxBody));
      const allowed = mayUseCookies(request, body);
      const present = allowed && body.replace !== true ? cookie.read(request) : null;
      const anonymousId = oldestVisitorId([present, body.anonymousId]);
      if (allowed && anonymousId !== null) cookie.write(request, reply, anonymousId);
      reply.header('cache-control', 'no-store');
      return { success: true, anonymousId };
    });
    app.delete(url, async (request, reply) => {
      const body = parseVisitor(await readBody(request, maxBody));
      if (mayUseCookies(request, body)) cookie.clear(request, reply);
      reply.header('cache-control', 'no-store');
      return { success: true };
    });
  }
};
