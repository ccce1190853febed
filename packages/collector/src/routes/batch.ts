import { NitkaError, eventTypes, oldestVisitorId } from '@nitka/core';
import type { EventType } from '@nitka/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppParts } from '../app.ts';
import type { IngestReply } from '../ingest.ts';
import { readBody } from '../plugins/body.ts';
import type { VisitorCookie } from '../plugins/visitor-cookie.ts';
import { keyOfRequest } from '../plugins/write-key.ts';
import type { Delivery, Received, Reception } from '../reception.ts';

export interface BatchReply {
  readonly success: true;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected?: IngestReply['rejected'];
  /** Where the visitor's id in the collector's cookie is older than the one of the events. */
  readonly anonymousId?: string;
}

export type BatchParts = Pick<AppParts, 'backpressure' | 'clock' | 'onAccepted'> & {
  readonly reception: Reception;
  readonly cookie: VisitorCookie;
};

/** A whole request, from its bytes to the JSON of its answer; also behind the pixel, which has its event in the URL. */
export type Receive = (
  request: FastifyRequest,
  reply: FastifyReply,
  raw: Buffer,
  kind: 'batch' | EventType,
) => Promise<string>;

/** Most answers say no more than the two counts: for Fastify to make that of an object takes half a microsecond longer. */
const textOf = ({ accepted, duplicates, rejected }: IngestReply, older: string | null): string => {
  if (rejected.length === 0 && older === null)
    return `{"success":true,"accepted":${accepted},"duplicates":${duplicates}}`;
  const body: BatchReply = {
    success: true,
    accepted,
    duplicates,
    ...(rejected.length > 0 && { rejected }),
    ...(older !== null && { anonymousId: older }),
  };
  return JSON.stringify(body);
};

export const createReceive = ({
  reception,
  cookie,
  backpressure,
  clock,
  onAccepted,
}: BatchParts): Receive => {
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

  const answer = (
    request: FastifyRequest,
    reply: FastifyReply,
    seen: string | null,
    { source, verdict, ack, reply: result }: Received,
  ): string => {
    const byPage = source.kind === 'browser' && verdict === 'listed' && request.headers.origin !== undefined;
    const older = byPage ? settleVisitor(request, reply, seen, result.anonymousId) : null;
    if (byPage) cookie.acknowledge(request, reply, ack);
    void reply.header('content-type', 'application/json; charset=utf-8');
    return textOf(result, older);
  };

  const begin = (
    request: FastifyRequest,
    seen: string | null,
    raw: Buffer,
    kind: Delivery['kind'],
  ): Promise<Received> => {
    const { headers } = request;
    return reception({
      raw,
      kind,
      key: keyOfRequest(request) ?? null,
      origin: headers.origin ?? null,
      host: headers.host ?? null,
      ip: request.ip,
      userAgent: headers['user-agent'] ?? null,
      visitorId: seen,
      receivedAt: clock.now(),
    });
  };

  /** Has no sight of the body, which need not be held until the answer. */
  const finish = async (
    request: FastifyRequest,
    reply: FastifyReply,
    seen: string | null,
    begun: Promise<Received>,
  ): Promise<string> => {
    let received: Received;
    try {
      received = await begun;
    } finally {
      // Also when it is refused: a body that cannot be read is kept.
      onAccepted();
    }
    return answer(request, reply, seen, received);
  };

  return (request, reply, raw, kind) => {
    const busy = backpressure.reason();
    if (busy) return Promise.reject(new NitkaError(busy));
    const seen = cookie.read(request);
    const begun = begin(request, seen, raw, kind);
    request.body = undefined;
    return finish(request, reply, seen, begun);
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
    app.post(url, (request, reply) => {
      const raw = readBody(request, maxBytes);
      if (Buffer.isBuffer(raw)) return receive(request, reply, raw, kind);
      return raw.then((plain) => receive(request, reply, plain, kind));
    });
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
