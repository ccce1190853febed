import { NitkaError, eventTypes, oldestVisitorId } from '@nitka/core';
import type { EventType } from '@nitka/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppParts } from '../app.ts';
import type { SourceConfig } from '../config.ts';
import type { Arrival } from '../enrich.ts';
import { parseBody } from '../ingest.ts';
import type { IngestReply, ParsedBody } from '../ingest.ts';
import { mayUse } from '../origins.ts';
import type { OriginVerdict } from '../origins.ts';
import { readBody } from '../plugins/body.ts';
import type { CountRequest } from '../plugins/key-limit.ts';
import type { VisitorCookie } from '../plugins/visitor-cookie.ts';
import { keyOfRequest } from '../plugins/write-key.ts';
import type { FindSource } from '../plugins/write-key.ts';

export interface BatchReply {
  readonly success: true;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected?: IngestReply['rejected'];
  /** Where the visitor's id in the collector's cookie is older than the one of the events. */
  readonly anonymousId?: string;
}

export type BatchParts = Pick<AppParts, 'ingest' | 'backpressure' | 'clock' | 'onAccepted'> & {
  readonly findSource: FindSource;
  readonly cookie: VisitorCookie;
  readonly countRequest: CountRequest;
};

/** A whole request, from its bytes to its answer; also behind the pixel, which has its event in the URL. */
export type Receive = (
  request: FastifyRequest,
  reply: FastifyReply,
  raw: Buffer,
  kind: 'batch' | EventType,
) => Promise<BatchReply>;

export const createReceive = ({
  ingest,
  findSource,
  cookie,
  countRequest,
  backpressure,
  clock,
  onAccepted,
}: BatchParts): Receive => {
  const sourceOf = (key: string | undefined): SourceConfig => {
    const source = findSource(key);
    if (!source) throw new NitkaError('unknown_write_key');
    return source;
  };

  const admit = (source: SourceConfig, { headers }: FastifyRequest): OriginVerdict => {
    const verdict = mayUse(source, headers.origin, headers.host);
    if (verdict === 'refused') throw new NitkaError('origin_not_allowed');
    return verdict;
  };

  const arrivalOf = (source: SourceConfig, request: FastifyRequest, key: string | undefined): Arrival => ({
    source,
    secret: source.kind === 'server' ? (key ?? null) : null,
    receivedAt: clock.now(),
    ip: request.ip,
    userAgent: request.headers['user-agent'] ?? null,
    serverVisitorId: cookie.read(request),
  });

  /** A body that cannot be read is kept if its key is known: the sender will not send it again. */
  const parse = async (
    raw: Buffer,
    key: string | undefined,
    request: FastifyRequest,
  ): Promise<ParsedBody> => {
    try {
      return parseBody(raw);
    } catch (error) {
      const source = findSource(key);
      if (source && raw.length > 0 && error instanceof NitkaError) {
        admit(source, request);
        await ingest.garbage(raw, error.code, arrivalOf(source, request, key));
        onAccepted();
      }
      throw error;
    }
  };

  /** Renews the server tier of the visitor id, and tells the page of an older id than its own. */
  const settleVisitor = (
    request: FastifyRequest,
    reply: FastifyReply,
    seen: string | null,
    sent: string | null,
  ): string | null => {
    const oldest = oldestVisitorId([seen, sent]);
    if (oldest === null) return null;
    cookie.write(request, reply, oldest);
    return sent !== null && oldest !== sent ? oldest : null;
  };

  /** Apart, so that nothing holds the parsed body while its events are on their way to the disk. */
  const begin = (
    body: ParsedBody,
    key: string | undefined,
    request: FastifyRequest,
    kind: 'batch' | EventType,
  ) => {
    const source = sourceOf(key ?? body.writeKey);
    const verdict = admit(source, request);
    countRequest(source);
    const arrival = arrivalOf(source, request, key ?? body.writeKey);
    const pending = kind === 'batch' ? ingest.batch(body, arrival) : ingest.single(body, kind, arrival);
    return { source, verdict, arrival, pending, ack: body.value['ack'] };
  };

  return async (request, reply, raw, kind) => {
    const busy = backpressure.reason();
    if (busy) throw new NitkaError(busy);
    const key = keyOfRequest(request);
    if (key !== undefined) sourceOf(key);
    const { source, verdict, arrival, pending, ack } = begin(
      await parse(raw, key, request),
      key,
      request,
      kind,
    );
    const result = await pending;
    onAccepted();
    const byPage = source.kind === 'browser' && verdict === 'listed' && request.headers.origin !== undefined;
    const older = byPage ? settleVisitor(request, reply, arrival.serverVisitorId, result.anonymousId) : null;
    if (byPage) cookie.acknowledge(request, reply, ack);
    return {
      success: true,
      accepted: result.accepted,
      duplicates: result.duplicates,
      ...(result.rejected.length > 0 && { rejected: result.rejected }),
      ...(older !== null && { anonymousId: older }),
    };
  };
};

const shortForms: Readonly<Record<EventType, string>> = {
  track: 't',
  page: 'p',
  screen: 's',
  identify: 'i',
  group: 'g',
  alias: 'a',
};

export const registerBatchRoutes = (app: FastifyInstance, receive: Receive, maxBytes: number): void => {
  const post = (url: string, kind: 'batch' | EventType): void => {
    app.post(url, async (request, reply) => receive(request, reply, await readBody(request, maxBytes), kind));
    app.route({
      method: ['GET', 'PUT', 'PATCH', 'DELETE'],
      url,
      handler: () => {
        throw new NitkaError('method_not_allowed');
      },
    });
  };
  // Clients are configured with or without the version in their host.
  for (const prefix of ['/v1', '']) {
    for (const url of ['/batch', '/b', '/import']) post(prefix + url, 'batch');
    for (const type of eventTypes) {
      post(`${prefix}/${type}`, type);
      post(`${prefix}/${shortForms[type]}`, type);
    }
  }
  post('/beacon/v1/batch', 'batch');
};
