import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SourceConfig } from '../config.ts';

export interface KeyPlaces {
  readonly headers: Pick<IncomingHttpHeaders, 'authorization'>;
  readonly query: unknown;
}

/** The key of a request's header or query. Basic has it as the user name, without a password (WIRE: Segment's clients). */
export const keyOfRequest = ({ headers, query }: KeyPlaces): string | undefined => {
  if (headers.authorization !== undefined) {
    const [scheme = '', value = ''] = headers.authorization.split(' ');
    if (/^basic$/i.test(scheme))
      return Buffer.from(value, 'base64').toString('utf8').split(':')[0] || undefined;
    if (/^bearer$/i.test(scheme)) return value || undefined;
  }
  const { writeKey } = (query ?? {}) as { writeKey?: unknown };
  return typeof writeKey === 'string' && writeKey !== '' ? writeKey : undefined;
};

export const hashWriteKey = (key: string): string => createHash('sha256').update(key).digest('hex');

export type FindSource = (key: string | undefined) => SourceConfig | null;

/** Secret keys are stored as hashes and compared in constant time, each with every one. */
export const createFindSource = (sources: readonly SourceConfig[]): FindSource => {
  const browsers = new Map(
    sources.flatMap((source) => (source.writeKey === undefined ? [] : [[source.writeKey, source] as const])),
  );
  const servers = sources.flatMap((source) =>
    source.writeKeySha256 === undefined
      ? []
      : [{ digest: Buffer.from(source.writeKeySha256, 'hex'), source }],
  );
  return (key) => {
    if (key === undefined || key.length > 200) return null;
    const browser = browsers.get(key);
    if (browser) return browser;
    const digest = createHash('sha256').update(key).digest();
    let found: SourceConfig | null = null;
    for (const server of servers) if (timingSafeEqual(server.digest, digest)) found = server.source;
    return found;
  };
};
