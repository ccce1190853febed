import { isVisitorId } from '@nitka/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { getDomain } from 'tldts';
import type { CollectorConfig } from '../config.ts';

export interface VisitorCookie {
  /** The id in the cookie as received, or null. */
  read(request: FastifyRequest): string | null;
  /** Sets it for another 400 days. */
  write(request: FastifyRequest, reply: FastifyReply, id: string): void;
  clear(request: FastifyRequest, reply: FastifyReply): void;
}

/** The server tier of the visitor id: a cookie that scripts cannot read or write. */
export const createVisitorCookie = ({
  name,
  domain,
  maxAgeDays,
}: CollectorConfig['visitorCookie']): VisitorCookie => {
  const attributes = (request: FastifyRequest) => {
    // Null for an address or a bare host: then the cookie stays with the host.
    const site = domain === 'site' ? getDomain(request.hostname, { allowPrivateDomains: true }) : null;
    return {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: request.protocol === 'https',
      ...(site && { domain: site }),
    } as const;
  };
  return {
    read(request) {
      const value = request.cookies[name];
      return isVisitorId(value) ? value : null;
    },
    write(request, reply, id) {
      reply.setCookie(name, id, { ...attributes(request), maxAge: maxAgeDays * 86_400 });
    },
    clear(request, reply) {
      reply.clearCookie(name, attributes(request));
    },
  };
};
